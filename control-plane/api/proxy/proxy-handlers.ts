import type { Duplex } from 'node:stream';

import type { Pod, Service } from '../../../lib/kubernetes/types/core-v1.js';
import type { ResourceCall, ResourceHandler } from '../resources/resource-call.js';
import { badRequest, notFound, StatusError } from '../status.js';
import { requirePod, requireStreams } from '../streams/stream-requirements.js';
import { chooseEndpoint } from './choose-endpoint.js';
import { parseProxyName } from './proxy-name.js';
import { proxyRequest } from './proxy-request.js';

/** Any method on pods/[scheme:]name[:port]/proxy/path: the answer of a server in the pod. */
export const handlePodProxy: ResourceHandler = async (call) => {
  const { scheme, name, port } = parseProxyName(call.target.name);
  const pod = await requirePod(call, name);
  await proxyRequest(call, await dial(call, pod, portOf(pod, port, scheme)), scheme);
};

/** Any method on services/[scheme:]name[:port]/proxy/path: the answer of one of the Service's pods. */
export const handleServiceProxy: ResourceHandler = async (call) => {
  const { resources } = call.services;
  const { scheme, name, port } = parseProxyName(call.target.name);
  const { namespace } = call.target;
  const service: Service | undefined = await resources.client('services').get(namespace, name);
  if (!service) throw notFound({ ...call.target, name });
  const { items } = await resources.client('endpointslices.discovery.k8s.io').list(namespace);
  const ours = items.filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name);
  const endpoint = chooseEndpoint(service, ours, port, Math.random());
  if (!endpoint) throw new StatusError(503, 'ServiceUnavailable', `no endpoints available for service "${call.target.name}"`);
  const pod = await requirePod(call, endpoint.podName);
  await proxyRequest(call, await dial(call, pod, endpoint.port), scheme);
};

function dial(call: ResourceCall, pod: Pod, port: number): Promise<Duplex> {
  return requireStreams(call).dial(pod, port, call.signal);
}

/** @throws StatusError 400 for a port that the pod does not name */
function portOf(pod: Pod, port: string, scheme: 'http' | 'https'): number {
  const ports = pod.spec.containers.flatMap((container) => container.ports ?? []);
  if (port === '') return ports[0]?.containerPort ?? (scheme === 'https' ? 443 : 80);
  const number = /^\d+$/.test(port) ? Number(port) : ports.find(({ name }) => name === port)?.containerPort;
  if (number === undefined || number < 1 || number > 65_535) throw badRequest(`pod ${pod.metadata.name} has no port "${port}"`);
  return number;
}
