import { systemClock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { Compose } from '../../cli/lab/compose.js';
import { TestLab } from '../../test/support/lab/lab.js';

const port = 7_843;

/**
 * From `longshore lab up` with its image built until three nodes are Ready, several times.
 * @returns the times, or why there are none
 */
export async function measureLabStarts(rounds: number): Promise<number[] | string> {
  const lab = new TestLab({ name: 'bench', port });
  try {
    await Compose.find(lab.project);
  } catch (thrown) {
    return LongshoreError.from(thrown).message;
  }
  try {
    await lab.up(3);
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await lab.longshore('down');
      const startedMs = systemClock.monotonic();
      const { code, output } = await lab.longshore('up', '--nodes', '3', '--port', String(port));
      if (code !== 0) throw new Error(output);
      times.push(systemClock.monotonic() - startedMs);
    }
    return times;
  } finally {
    await lab.down();
  }
}
