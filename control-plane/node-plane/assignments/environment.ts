import { cpuMillis } from '../../../lib/kubernetes/quantity.js';
import type { EnvFromSource, EnvVar, ObjectFieldSelector, ResourceFieldSelector } from '../../../lib/kubernetes/types/core-v1.js';
import type {
  EnvFromSource as WireEnvFrom,
  EnvVar as WireEnvVar,
  FieldSource,
  ResourceSource,
} from '../../../proto/gen/longshore/node/v1/pod.js';

export function envVar(variable: EnvVar): WireEnvVar {
  return { name: variable.name, source: sourceOf(variable) };
}

export function envFromSource({ prefix = '', configMapRef, secretRef }: EnvFromSource): WireEnvFrom {
  if (configMapRef) {
    const value = { name: configMapRef.name ?? '', optional: configMapRef.optional ?? false };
    return { prefix, source: { $case: 'configMap', value } };
  }
  if (secretRef) {
    const value = { name: secretRef.name ?? '', optional: secretRef.optional ?? false };
    return { prefix, source: { $case: 'secret', value } };
  }
  return { prefix, source: undefined };
}

export function fieldSource(selector: ObjectFieldSelector): FieldSource {
  return { fieldPath: selector.fieldPath };
}

export function resourceSource({ containerName, resource, divisor }: ResourceFieldSelector): ResourceSource {
  return {
    containerName: containerName ?? '',
    resource,
    divisorMillis: divisor === undefined ? 0 : cpuMillis(divisor),
  };
}

function sourceOf({ value, valueFrom }: EnvVar): WireEnvVar['source'] {
  if (valueFrom?.configMapKeyRef) return { $case: 'configMapKey', value: keySource(valueFrom.configMapKeyRef) };
  if (valueFrom?.secretKeyRef) return { $case: 'secretKey', value: keySource(valueFrom.secretKeyRef) };
  if (valueFrom?.fieldRef) return { $case: 'field', value: fieldSource(valueFrom.fieldRef) };
  if (valueFrom?.resourceFieldRef) return { $case: 'resource', value: resourceSource(valueFrom.resourceFieldRef) };
  return { $case: 'value', value: value ?? '' };
}

function keySource({ name, key, optional }: { name?: string; key: string; optional?: boolean }) {
  return { name: name ?? '', key, optional: optional ?? false };
}
