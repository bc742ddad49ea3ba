/**
 * Watches the event loop while `work` runs.
 * @returns processor time in ms that each turn took, ascending. Processor time, not time on
 *   the wall: a machine that other work keeps busy does not make turns longer. The other
 *   threads of this process count, too.
 */
export async function measureTurns(work: Promise<unknown>): Promise<number[]> {
  const costsMs: number[] = [];
  let running = true;
  const watching = (async () => {
    while (running) {
      const before = process.cpuUsage();
      await new Promise((resolve) => setImmediate(resolve));
      const { user, system } = process.cpuUsage(before);
      costsMs.push((user + system) / 1000);
    }
  })();
  try {
    await work;
  } finally {
    running = false;
    await watching;
  }
  return costsMs.sort((a, b) => a - b);
}

/** The cost that `share` of the turns stay below. */
export function turnAt(costsMs: readonly number[], share: number): number {
  return costsMs[Math.min(costsMs.length - 1, Math.floor(costsMs.length * share))] ?? 0;
}
