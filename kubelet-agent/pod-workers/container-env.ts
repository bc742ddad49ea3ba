import type { Container, EnvFromSource, EnvVar, KeySource } from '../../proto/gen/longshore/node/v1/pod.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import type { PodFacts } from '../volumes/volume-manager.js';
import { fieldValue, resourceValue } from './downward-api.js';
import type { DesiredPod } from './desired-pod.js';
import { expandVariables } from './expand-variables.js';

/**
 * The environment of a container, in order: services, envFrom, env; a later name replaces
 * an earlier one, and a value may refer to what stands before it.
 * @throws LongshoreError NotFound in Kubernetes' words for a ConfigMap, Secret or key that is not there
 */
export function resolveEnv(desired: DesiredPod, container: Container, facts: PodFacts): ReadonlyMap<string, string> {
  const env = new Map<string, string>();
  for (const { name, source } of desired.assignment.serviceEnv) {
    if (source?.$case === 'value') env.set(name, source.value);
  }
  for (const source of container.envFrom) {
    for (const [key, value] of envFromEntries(desired, source)) {
      if (isUsableName(source.prefix + key)) env.set(source.prefix + key, value);
    }
  }
  for (const variable of container.env) {
    const value = valueOf(desired, container, variable, facts, env);
    if (value !== undefined) env.set(variable.name, value);
  }
  return env;
}

/** The value of one variable; undefined when an optional source is missing. */
function valueOf(
  desired: DesiredPod,
  container: Container,
  { source }: EnvVar,
  facts: PodFacts,
  before: ReadonlyMap<string, string>,
): string | undefined {
  switch (source?.$case) {
    case undefined:
      return '';
    case 'value':
      return expandVariables(source.value, before);
    case 'configMapKey':
      return keyOf(desired, 'ConfigMap', source.value);
    case 'secretKey':
      return keyOf(desired, 'Secret', source.value);
    case 'field':
      return fieldValue(desired.assignment, facts, source.value.fieldPath);
    case 'resource':
      return resourceValue(desired.assignment, facts, source.value, container.name);
  }
}

function envFromEntries(desired: DesiredPod, { source }: EnvFromSource): [string, string][] {
  if (!source) return [];
  const kind = source.$case === 'configMap' ? 'ConfigMap' : 'Secret';
  const data = dataOf(desired, kind, source.value.name);
  if (!data && !source.value.optional) throw notFound(kind, source.value.name);
  return Object.entries(data ?? {}).map(([key, value]) => [key, value.toString('utf8')]);
}

function keyOf(desired: DesiredPod, kind: 'ConfigMap' | 'Secret', { name, key, optional }: KeySource): string | undefined {
  const data = dataOf(desired, kind, name);
  const value = data?.[key];
  if (value !== undefined) return value.toString('utf8');
  if (optional) return undefined;
  if (!data) throw notFound(kind, name);
  throw new LongshoreError('NotFound', `couldn't find key ${key} in ${kind} ${desired.pod.namespace}/${name}`);
}

function dataOf({ assignment }: DesiredPod, kind: 'ConfigMap' | 'Secret', name: string): Record<string, Buffer> | undefined {
  const objects = kind === 'ConfigMap' ? assignment.configMaps : assignment.secrets;
  return objects.find((object) => object.name === name)?.data;
}

function notFound(kind: 'ConfigMap' | 'Secret', name: string): LongshoreError {
  return new LongshoreError('NotFound', `${kind.toLowerCase()} "${name}" not found`);
}

/** Names that envFrom may set; Kubernetes passes over the others. */
function isUsableName(name: string): boolean {
  return /^[^=\0]+$/.test(name);
}
