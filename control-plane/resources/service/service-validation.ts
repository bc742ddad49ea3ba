import type { Service, ServicePort, ServiceSpec } from '../../../lib/kubernetes/types/core-v1.js';
import { duplicate, forbidden, invalid, required, type FieldCause } from '../causes.js';
import { validateTargetPort } from '../pod/probe-validation.js';
import { validateReachableIp } from '../validation/addresses.js';
import { validateLabels, validateName } from '../validation/object-meta.js';
import { validatePort } from '../validation/numbers.js';

const maxAffinitySeconds = 86_400;

export function validateService({ spec }: Service, previous: Service | undefined): FieldCause[] {
  return [
    ...validatePorts(spec),
    ...validateLabels(spec.selector, 'spec.selector'),
    ...validateAddresses(spec),
    ...validateAffinity(spec),
    ...(previous ? validateUpdate(spec, previous.spec) : []),
  ];
}

function validatePorts(spec: ServiceSpec): FieldCause[] {
  const ports = spec.ports ?? [];
  const headless = spec.clusterIP === 'None';
  if (ports.length === 0) return spec.type === 'ExternalName' || headless ? [] : [required('spec.ports')];
  const names = new Set<string>();
  const numbers = new Set<string>();
  const nodePorts = new Set<string>();
  return ports.flatMap((port, index) => {
    const field = `spec.ports[${index}]`;
    const causes = [
      ...validatePort(port.port, `${field}.port`),
      ...validateTargetPort(port.targetPort, `${field}.targetPort`),
      ...validatePortName(port, ports.length, names, field),
    ];
    const number = `${port.port}/${port.protocol ?? ''}`;
    if (numbers.has(number)) causes.push(duplicate(field, { port: port.port, protocol: port.protocol }));
    numbers.add(number);
    if (port.nodePort) {
      const node = `${port.nodePort}/${port.protocol ?? ''}`;
      if (nodePorts.has(node)) causes.push(duplicate(`${field}.nodePort`, port.nodePort));
      nodePorts.add(node);
      if (spec.type === 'ClusterIP' || spec.type === 'ExternalName') {
        causes.push(forbidden(`${field}.nodePort`, `may not be used when \`type\` is '${spec.type}'`));
      }
    }
    return causes;
  });
}

function validatePortName(port: ServicePort, count: number, names: Set<string>, field: string): FieldCause[] {
  if (!port.name) return count > 1 ? [required(`${field}.name`)] : [];
  const causes = validateName(port.name, 'label', `${field}.name`);
  if (names.has(port.name)) causes.push(duplicate(`${field}.name`, port.name));
  names.add(port.name);
  return causes;
}

function validateAddresses(spec: ServiceSpec): FieldCause[] {
  const causes: FieldCause[] = [];
  if (spec.type === 'ExternalName') {
    if (!spec.externalName) causes.push(required('spec.externalName'));
    else causes.push(...validateName(spec.externalName.replace(/\.$/, ''), 'subdomain', 'spec.externalName'));
    if (spec.clusterIP) causes.push(forbidden('spec.clusterIPs', "may not be set when `type` is 'ExternalName'"));
  }
  if (spec.clusterIP === 'None' && (spec.type === 'NodePort' || spec.type === 'LoadBalancer')) {
    causes.push(invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`));
  }
  if (spec.clusterIPs && spec.clusterIP !== spec.clusterIPs[0]) {
    causes.push(invalid('spec.clusterIPs', spec.clusterIPs, 'first value must match `clusterIP`'));
  }
  if ((spec.clusterIPs?.length ?? 0) > 1 || spec.ipFamilyPolicy === 'RequireDualStack' || spec.ipFamilies?.includes('IPv6')) {
    causes.push(invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, 'Cluster is not configured for dual-stack services'));
  }
  spec.externalIPs?.forEach((address, index) => causes.push(...validateReachableIp(address, `spec.externalIPs[${index}]`)));
  if (spec.type === 'ClusterIP' && spec.externalTrafficPolicy && !spec.externalIPs?.length) {
    const detail = 'may only be set for externally-accessible services';
    causes.push(invalid('spec.externalTrafficPolicy', spec.externalTrafficPolicy, detail));
  }
  return causes;
}

function validateAffinity(spec: ServiceSpec): FieldCause[] {
  const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (seconds === undefined || (seconds > 0 && seconds <= maxAffinitySeconds)) return [];
  const field = 'spec.sessionAffinityConfig.clientIP.timeoutSeconds';
  return [invalid(field, seconds, `must be greater than 0 and less than ${maxAffinitySeconds}`)];
}

/** A cluster address stays as long as the service has one: clients have resolved it. */
function validateUpdate(spec: ServiceSpec, old: ServiceSpec): FieldCause[] {
  const had = old.type !== 'ExternalName' && old.clusterIP;
  const has = spec.type !== 'ExternalName';
  if (!had || !has || spec.clusterIP === old.clusterIP) return [];
  return [invalid('spec.clusterIPs[0]', spec.clusterIP ?? '', 'may not change once set')];
}
