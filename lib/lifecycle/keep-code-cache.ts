/**
 * Keeps what V8 has compiled so far for the program's next start. Called once the program
 * has done what most of its runs do. Does nothing when there is such a cache already, or
 * when the program was not started from its bundle (scripts/program-loader.cjs).
 */
export function keepCodeCache(): void {
  (globalThis as { [hook]?: () => void })[hook]?.();
}

const hook = Symbol.for('longshore.keepCodeCache');
