import { LongshoreError } from '../../../lib/errors/errors.js';
import type { StreamError } from '../../../proto/gen/longshore/streams/v1/streams.js';

/** An agent's StreamError as the error that it stands for. */
export function streamErrorOf({ code, message }: StreamError): LongshoreError {
  return LongshoreError.from(Object.assign(new Error(message), { code, details: message }));
}
