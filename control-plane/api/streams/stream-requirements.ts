import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import type { ConnectionUpgrade } from '../http/connection-upgrade.js';
import type { ResourceCall } from '../resources/resource-call.js';
import { badRequest, notFound, StatusError } from '../status.js';
import type { PodStreamSource } from './pod-stream-source.js';

/** What every request for streams of a pod needs, each with Kubernetes' words when it is missing. */

/** @throws StatusError 400: plain HTTP has no streams both ways */
export function requireUpgrade({ upgrade }: ResourceCall): ConnectionUpgrade {
  if (upgrade) return upgrade;
  throw badRequest('Upgrade request required');
}

/** @throws StatusError 404; 400 while no node runs it */
export async function requirePod({ services, target }: ResourceCall, name = target.name): Promise<Pod> {
  const pod = await services.resources.client('pods').get(target.namespace, name);
  if (!pod) throw notFound({ group: '', resource: 'pods', name });
  if (!pod.spec.nodeName) throw badRequest(`pod ${name} does not have a host assigned`);
  return pod;
}

/** @throws StatusError 503 */
export function requireStreams({ services }: ResourceCall): PodStreamSource {
  if (services.podStreams) return services.podStreams;
  throw new StatusError(503, 'ServiceUnavailable', 'no source of pod streams is connected');
}
