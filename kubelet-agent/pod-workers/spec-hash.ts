import { createHash } from 'node:crypto';

import type { Container } from '../../proto/gen/longshore/node/v1/pod.js';

/**
 * Names the definition that a container was started from. As in Kubernetes (1.31 and
 * later) it covers what may change in place, the image; a rotated Secret or a field
 * that a newer release defaults differently restarts nothing.
 */
export function specHash(container: Container): string {
  return createHash('sha256')
    .update(JSON.stringify([container.name, container.image]))
    .digest('hex')
    .slice(0, 16);
}
