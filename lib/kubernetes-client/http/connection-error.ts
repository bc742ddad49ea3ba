import { LongshoreError } from '../../errors/errors.js';

/**
 * Why a connection failed, in words: the server does not answer (Unavailable, worth another
 * try), or the two do not trust each other (FailedPrecondition, a matter of the kubeconfig).
 */
export function connectionError(thrown: unknown, server: string): LongshoreError {
  if (thrown instanceof LongshoreError) return thrown;
  const error = thrown as NodeJS.ErrnoException;
  const code = error.code ?? '';
  const options = { cause: thrown, fields: { server } };
  if (isDistrust(code)) {
    return new LongshoreError('FailedPrecondition', `the certificate of ${server} is not trusted: ${error.message}`, options);
  }
  return new LongshoreError(
    'Unavailable',
    `the API server ${server} cannot be reached: ${words[code] ?? (error.message || code)}`,
    options,
  );
}

const words: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'it closed the connection',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
  ENOTFOUND: 'its name is not known',
  ETIMEDOUT: 'it does not answer',
  EPIPE: 'it closed the connection',
};

function isDistrust(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ALTNAME/.test(code);
}
