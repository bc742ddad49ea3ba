import type { Pod, Service, ServicePort } from '../../../lib/kubernetes/types/core-v1.js';

/** A port of a service as one pod serves it. */
export interface TargetPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  readonly appProtocol?: string;
}

/** The ports of `service` on `pod`, in the service's order; a named port that the pod lacks is left out. */
export function targetPorts(service: Service, pod: Pod): TargetPort[] {
  return (service.spec?.ports ?? []).flatMap((servicePort) => {
    const port = resolve(servicePort, pod);
    if (port === undefined) return [];
    const { name = '', protocol = 'TCP', appProtocol } = servicePort;
    return [{ name, port, protocol, ...(appProtocol !== undefined && { appProtocol }) }];
  });
}

function resolve({ targetPort, port, protocol = 'TCP' }: ServicePort, pod: Pod): number | undefined {
  if (targetPort === undefined || targetPort === '' || targetPort === 0) return port;
  if (typeof targetPort === 'number') return targetPort;
  // Restartable init containers are sidecars: they serve as long as the pod does.
  const sidecars = (pod.spec.initContainers ?? []).filter((container) => container.restartPolicy === 'Always');
  const ports = [...pod.spec.containers, ...sidecars].flatMap((container) => container.ports ?? []);
  return ports.find((item) => item.name === targetPort && (item.protocol ?? 'TCP') === protocol)?.containerPort;
}
