import { Writable } from 'node:stream';

/** Stdin of a process that has none: takes everything, keeps nothing. */
export function noInput(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
