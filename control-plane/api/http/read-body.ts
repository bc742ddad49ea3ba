import type { Clock } from '../../../lib/clock/clock.js';
import { entityTooLarge, StatusError } from '../status.js';
import type { ApiRequest } from './exchange.js';

/** The largest request body. Kubernetes' limit. */
export const maxBodyBytes = 3 * 1024 * 1024;
const bodyTimeoutMs = 60_000;

/**
 * The whole body of a request.
 * @throws StatusError 413 beyond {@link maxBodyBytes}, 504 when it has not arrived within a minute,
 *   400 when the client breaks off
 */
export function readBody(request: ApiRequest, clock: Clock): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) return Promise.reject(entityTooLarge(maxBodyBytes));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const settle = (act: () => void): void => {
      cancelTimer();
      request.removeListener('data', onData);
      request.removeListener('end', onEnd);
      request.removeListener('error', onBroken);
      request.removeListener('close', onBroken);
      act();
    };
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes <= maxBodyBytes) chunks.push(chunk);
      else settle(() => reject(entityTooLarge(maxBodyBytes)));
    };
    const onEnd = (): void => settle(() => resolve(Buffer.concat(chunks)));
    const onBroken = (): void => settle(() => reject(new StatusError(400, 'BadRequest', 'unable to read request body')));
    const cancelTimer = clock.after(bodyTimeoutMs, () =>
      settle(() => reject(new StatusError(504, 'Timeout', 'request did not complete within the allowed time'))),
    );
    request.on('data', onData);
    request.on('end', onEnd);
    request.on('error', onBroken);
    request.on('close', onBroken);
  });
}
