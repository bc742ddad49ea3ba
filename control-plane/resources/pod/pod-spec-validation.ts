import type { PodSpec, PodTemplateSpec, Toleration } from '../../../lib/kubernetes/types/core-v1.js';
import { isQualifiedName } from '../../../lib/kubernetes/label-selector.js';
import { duplicate, forbidden, invalid, required, type FieldCause } from '../causes.js';
import { validateIp } from '../validation/addresses.js';
import { validateAnnotations, validateLabels, validateName } from '../validation/object-meta.js';
import { validateNonNegative } from '../validation/numbers.js';
import { validateContainer } from './container-validation.js';
import { allContainers } from './pod-spec-defaults.js';
import { validateVolumes } from './volume-validation.js';

/** @param field path of the spec: spec, or spec.template.spec */
export function validatePodSpec(spec: PodSpec, field: string): FieldCause[] {
  return [
    ...validateVolumes(spec.volumes ?? [], `${field}.volumes`),
    ...validateContainers(spec, field),
    ...validateNonNegative(spec.terminationGracePeriodSeconds, `${field}.terminationGracePeriodSeconds`),
    ...validateDeadline(spec.activeDeadlineSeconds, `${field}.activeDeadlineSeconds`),
    ...optionalName(spec.nodeName, 'subdomain', `${field}.nodeName`),
    ...optionalName(spec.serviceAccountName, 'subdomain', `${field}.serviceAccountName`),
    ...optionalName(spec.hostname, 'label', `${field}.hostname`),
    ...optionalName(spec.subdomain, 'label', `${field}.subdomain`),
    ...validateLabels(spec.nodeSelector, `${field}.nodeSelector`),
    ...(spec.tolerations ?? []).flatMap((toleration, index) => validateToleration(toleration, `${field}.tolerations[${index}]`)),
    ...validateDns(spec, field),
    ...validateHostAliases(spec, `${field}.hostAliases`),
    ...validateNonNegative(spec.securityContext?.runAsUser, `${field}.securityContext.runAsUser`),
    ...validateNonNegative(spec.securityContext?.runAsGroup, `${field}.securityContext.runAsGroup`),
    ...validateNonNegative(spec.securityContext?.fsGroup, `${field}.securityContext.fsGroup`),
  ];
}

/** A workload's template: labels, annotations, the pod's spec, and pods that are restarted for ever. */
export function validatePodTemplate(template: PodTemplateSpec | undefined, field: string): FieldCause[] {
  if (!template) return [required(field)];
  const causes = [
    ...validateLabels(template.metadata?.labels, `${field}.metadata.labels`),
    ...validateAnnotations(template.metadata?.annotations, `${field}.metadata.annotations`),
  ];
  if (!template.spec) return [...causes, required(`${field}.spec`)];
  causes.push(...validatePodSpec(template.spec, `${field}.spec`));
  if (template.spec.restartPolicy !== 'Always') {
    causes.push({
      reason: 'FieldValueNotSupported',
      field: `${field}.spec.restartPolicy`,
      message: `Unsupported value: ${JSON.stringify(template.spec.restartPolicy)}: supported values: "Always"`,
    });
  }
  if (template.spec.activeDeadlineSeconds !== undefined) {
    causes.push(forbidden(`${field}.spec.activeDeadlineSeconds`, 'activeDeadlineSeconds in ReplicaSet is not Supported'));
  }
  return causes;
}

function validateContainers(spec: PodSpec, field: string): FieldCause[] {
  const volumes = new Set((spec.volumes ?? []).map((volume) => volume.name));
  const hostNetwork = spec.hostNetwork === true;
  const causes: FieldCause[] = [];
  if (spec.containers?.length === 0) causes.push(required(`${field}.containers`));
  spec.initContainers?.forEach((container, index) => {
    causes.push(...validateContainer(container, `${field}.initContainers[${index}]`, { volumes, hostNetwork, init: true }));
  });
  spec.containers?.forEach((container, index) => {
    causes.push(...validateContainer(container, `${field}.containers[${index}]`, { volumes, hostNetwork, init: false }));
  });
  return [...causes, ...duplicateNames(spec, field)];
}

function duplicateNames(spec: PodSpec, field: string): FieldCause[] {
  const seen = new Set<string>();
  const initCount = spec.initContainers?.length ?? 0;
  return allContainers(spec).flatMap(({ name }, index) => {
    if (!name) return [];
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    const at = index < initCount ? `initContainers[${index}]` : `containers[${index - initCount}]`;
    return [duplicate(`${field}.${at}.name`, name)];
  });
}

function validateDeadline(seconds: number | undefined, field: string): FieldCause[] {
  if (seconds === undefined || (seconds >= 1 && seconds <= 2 ** 31 - 1)) return [];
  return [invalid(field, seconds, 'must be between 1 and 2147483647, inclusive')];
}

function optionalName(name: string | undefined, format: 'subdomain' | 'label', field: string): FieldCause[] {
  return name ? validateName(name, format, field) : [];
}

function validateToleration(toleration: Toleration, field: string): FieldCause[] {
  const { key, operator, value, effect, tolerationSeconds } = toleration;
  const causes: FieldCause[] = [];
  if (key && !isQualifiedName(key)) causes.push(invalid(`${field}.key`, key, 'must be a qualified name'));
  if (!key && operator !== 'Exists') {
    causes.push(
      invalid(
        `${field}.operator`,
        operator ?? '',
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      ),
    );
  }
  if (operator === 'Exists' && value) {
    causes.push(invalid(`${field}.operator`, value, "value must be empty when `operator` is 'Exists'"));
  }
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
    causes.push(invalid(`${field}.effect`, effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set"));
  }
  return causes;
}

function validateDns({ dnsPolicy, dnsConfig }: PodSpec, field: string): FieldCause[] {
  const nameservers = dnsConfig?.nameservers ?? [];
  const causes = nameservers.flatMap((address, index) => validateIp(address, `${field}.dnsConfig.nameservers[${index}]`));
  if (dnsPolicy === 'None' && nameservers.length === 0) {
    const detail = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
    causes.push(required(`${field}.dnsConfig.nameservers`, detail));
  }
  return causes;
}

function validateHostAliases(spec: PodSpec, field: string): FieldCause[] {
  return (spec.hostAliases ?? []).flatMap((alias, index) => {
    const at = `${field}[${index}]`;
    return [
      ...validateIp(alias.ip, `${at}.ip`),
      ...(alias.hostnames ?? []).flatMap((name) => validateName(name, 'subdomain', `${at}.hostnames`)),
    ];
  });
}
