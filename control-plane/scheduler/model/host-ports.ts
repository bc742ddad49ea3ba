import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import { isSidecar } from './pod-requests.js';

/** A port of the node itself that a pod takes. */
export interface HostPort {
  readonly protocol: string;
  /** `0.0.0.0` is every address. */
  readonly hostIP: string;
  readonly port: number;
}

const everyAddress = '0.0.0.0';

export function hostPortsOf({ spec }: Pod): HostPort[] {
  return [...(spec.initContainers ?? []).filter(isSidecar), ...spec.containers]
    .flatMap((container) => container.ports ?? [])
    .flatMap(({ hostPort, hostIP, protocol }) =>
      hostPort ? [{ protocol: protocol ?? 'TCP', hostIP: hostIP || everyAddress, port: hostPort }] : [],
    );
}

export function portsConflict(a: HostPort, b: HostPort): boolean {
  if (a.port !== b.port || a.protocol !== b.protocol) return false;
  return a.hostIP === b.hostIP || a.hostIP === everyAddress || b.hostIP === everyAddress;
}
