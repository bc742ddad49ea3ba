import type { ConfigMap, Secret } from '../../lib/kubernetes/types/core-v1.js';
import type { AnyObject } from '../../lib/kubernetes-client/objects.js';
import type { StatusCondition } from '../../lib/kubernetes-client/wait/object-state.js';
import { renderYaml } from '../terminal/output.js';
import { conditions, controlledBy, head } from './common.js';
import type { Field, Page } from './page.js';

export function describeConfigMap({ metadata, data = {}, binaryData = {} }: ConfigMap): Page {
  return [
    ...head(metadata),
    ['Data', { page: Object.entries(data) }],
    ['Binary Data', Object.entries(binaryData).map(([key, value]) => `${key}: ${byteLength(value)} bytes`)],
  ];
}

/** Never the values. */
export function describeSecret({ metadata, type, data = {} }: Secret): Page {
  return [
    ...head(metadata),
    ['Type', type ?? 'Opaque'],
    ['Data', Object.entries(data).map(([key, value]) => `${key}: ${byteLength(value)} bytes`)],
  ];
}

function byteLength(base64: string): number {
  return Buffer.from(base64, 'base64').length;
}

/** A kind without a description of its own: its fields as they are. */
export function describePlainly(object: AnyObject): Page {
  const { apiVersion, kind, metadata, ...fields } = object;
  return [
    ['Kind', `${kind} (${apiVersion})`],
    ...head(metadata),
    ...controlledBy(metadata),
    ...Object.entries(fields).flatMap(([name, value]) => plainField(name, value)),
  ];
}

function plainField(name: string, value: unknown): Field[] {
  const label = name.charAt(0).toUpperCase() + name.slice(1);
  if (typeof value !== 'object' || value === null) return [[label, String(value)]];
  const { conditions: list, ...rest } = value as Record<string, unknown>;
  const whole = Array.isArray(value) || !Array.isArray(list);
  const shown = whole ? value : rest;
  return [
    ...(Object.keys(shown).length > 0 ? [[label, renderYaml(shown).split('\n')] as const] : []),
    ...(whole ? [] : [conditions(list as StatusCondition[])]),
  ];
}
