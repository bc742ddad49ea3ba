import { LongshoreError } from '../../lib/errors/errors.js';
import type { Pod, Service } from '../../lib/kubernetes/types/core-v1.js';

/** One argument of port-forward. */
export interface PortMapping {
  /** On this machine; 0: any that is free. */
  local: number;
  /** A number, or the name of a port of the pod or the service. */
  remote: number | string;
}

/** Reads 8080:80, 80, :80 and 8080:http. @throws LongshoreError InvalidArgument */
export function parsePortMapping(text: string): PortMapping {
  const parts = text.split(':');
  const [first = '', second] = parts;
  const remote = portOrName(second ?? first);
  const local = second === undefined ? (typeof remote === 'number' ? remote : 0) : first === '' ? 0 : Number(first);
  const isLocal = Number.isInteger(local) && local >= 0 && local <= 65_535;
  if (parts.length > 2 || remote === undefined || !isLocal) {
    throw new LongshoreError(
      'InvalidArgument',
      `"${text}" is no port: say [LOCAL:]REMOTE, such as 8080:80, 80, :80 or 8080:http`,
    );
  }
  return { local, remote };
}

function portOrName(text: string): number | string | undefined {
  if (/^\d+$/.test(text)) return Number(text) >= 1 && Number(text) <= 65_535 ? Number(text) : undefined;
  return /^[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$/.test(text) ? text : undefined;
}

/**
 * The number of the pod's port that is meant; a service's port is that of its targets. Pure.
 * @throws LongshoreError InvalidArgument naming the ports that there are
 */
export function resolvePort(remote: number | string, pod: Pod, service: Service | undefined): number {
  if (!service) return typeof remote === 'number' ? remote : namedPort(pod, remote);
  const ports = service.spec.ports ?? [];
  const found = ports.find(({ port, name }) => (typeof remote === 'number' ? port === remote : name === remote));
  if (!found) {
    const known = ports.map(({ port, name }) => `${port}${name ? ` (${name})` : ''}`).join(', ');
    throw new LongshoreError(
      'InvalidArgument',
      `service ${service.metadata.name} has no port ${remote}; it has ${known || 'none'}`,
    );
  }
  const { targetPort = found.port } = found;
  return typeof targetPort === 'number' ? targetPort : namedPort(pod, targetPort);
}

function namedPort({ metadata, spec }: Pod, wanted: string): number {
  const ports = spec.containers.flatMap((container) => container.ports ?? []);
  const found = ports.find(({ name }) => name === wanted);
  if (found) return found.containerPort;
  const known = ports.map(({ name, containerPort }) => `${containerPort}${name ? ` (${name})` : ''}`).join(', ');
  throw new LongshoreError('InvalidArgument', `pod ${metadata.name} has no port named ${wanted}; it has ${known || 'none'}`);
}
