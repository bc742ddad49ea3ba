import type { Service, ServicePort, ServiceSpec } from '../../../lib/kubernetes/types/core-v1.js';

const clientAffinitySeconds = 10_800;

/** Whether the service is reachable under an address of the service range. */
export function needsClusterIp(spec: ServiceSpec): boolean {
  return spec.type !== 'ExternalName' && spec.clusterIP !== 'None';
}

/** Whether every port of the service is also opened on every node. */
export function needsNodePorts(spec: ServiceSpec): boolean {
  if (spec.type === 'LoadBalancer') return spec.allocateLoadBalancerNodePorts !== false;
  return spec.type === 'NodePort';
}

/** Fills in what the user left out, except for addresses and node ports. Changes `service`. */
export function defaultService({ spec }: Service): void {
  spec.type ||= 'ClusterIP';
  spec.sessionAffinity ||= 'None';
  if (spec.sessionAffinity === 'ClientIP') {
    spec.sessionAffinityConfig ??= {};
    spec.sessionAffinityConfig.clientIP ??= {};
    spec.sessionAffinityConfig.clientIP.timeoutSeconds ??= clientAffinitySeconds;
  } else delete spec.sessionAffinityConfig;
  spec.ports?.forEach(defaultPort);
  if (spec.type === 'ExternalName') return;

  spec.internalTrafficPolicy ||= 'Cluster';
  spec.ipFamilies ??= ['IPv4'];
  spec.ipFamilyPolicy ||= 'SingleStack';
  if (spec.type !== 'ClusterIP') spec.externalTrafficPolicy ||= 'Cluster';
  if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true;
  if (!spec.clusterIP && spec.clusterIPs?.[0]) spec.clusterIP = spec.clusterIPs[0];
}

function defaultPort(port: ServicePort): void {
  port.protocol ||= 'TCP';
  if (!port.targetPort) port.targetPort = port.port;
  if (!port.nodePort) delete port.nodePort;
}

/**
 * An update that does not mention what was allocated keeps it; one that changes the type
 * gives up what the new type has no use for. Changes `service`.
 */
export function carryAllocations({ spec }: Service, { spec: old }: Service): void {
  if (spec.type === 'ExternalName' && old.type !== 'ExternalName') dropClusterIp(spec, old);
  else if (!spec.clusterIP && needsClusterIp(spec) && old.clusterIP) spec.clusterIP = old.clusterIP;
  if (needsNodePorts(spec) && needsNodePorts(old)) {
    for (const port of spec.ports ?? []) {
      const before = old.ports?.find((candidate) => samePort(candidate, port));
      if (before?.nodePort && !spec.ports?.some((other) => other.nodePort === before.nodePort)) port.nodePort ??= before.nodePort;
    }
  } else if (!needsNodePorts(spec)) dropNodePorts(spec, old);
  if (spec.type === 'ClusterIP' && spec.externalTrafficPolicy === old.externalTrafficPolicy) delete spec.externalTrafficPolicy;
  if (spec.type !== 'LoadBalancer') delete spec.allocateLoadBalancerNodePorts;
}

function dropClusterIp(spec: ServiceSpec, old: ServiceSpec): void {
  if (spec.clusterIP === old.clusterIP) {
    delete spec.clusterIP;
    delete spec.clusterIPs;
  }
  delete spec.ipFamilies;
  delete spec.ipFamilyPolicy;
  delete spec.internalTrafficPolicy;
}

/** Node ports that stand in the object only because they stood in the old one go; new ones are an error later. */
function dropNodePorts(spec: ServiceSpec, old: ServiceSpec): void {
  const before = new Set(old.ports?.map((port) => port.nodePort));
  for (const port of spec.ports ?? []) if (before.has(port.nodePort)) delete port.nodePort;
}

function samePort(a: ServicePort, b: ServicePort): boolean {
  return a.port === b.port && (a.protocol || 'TCP') === (b.protocol || 'TCP');
}
