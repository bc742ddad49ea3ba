import type { Clock } from '../../../lib/clock/clock.js';

/** Between two pings of a connection. */
const beatMs = 3_000;

/** Calls `beat` at every beat. @returns what ends it; safe to repeat */
export function everyBeat(clock: Clock, beat: () => void): () => void {
  let ended = false;
  let cancel: () => void = () => undefined;
  const next = (): void => {
    cancel = clock.after(beatMs, () => {
      beat();
      if (!ended) next();
    });
  };
  next();
  return () => {
    ended = true;
    cancel();
  };
}
