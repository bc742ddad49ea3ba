import { exists } from '../../lib/files/exists.js';
import { runProgram } from '../../lib/local-cluster/process-runner.js';

/** Whether systemd manages this machine (sd_booted(3)). */
export function hasSystemd(): Promise<boolean> {
  return exists('/run/systemd/system');
}

/** @throws LongshoreError Internal with what systemctl says */
export async function systemctl(...args: string[]): Promise<string> {
  return runProgram('systemctl', args);
}

/** The newest lines of a unit's log, as they are. */
export async function lastLogLines(unit: string, count: number): Promise<string> {
  try {
    return await runProgram('journalctl', ['--unit', unit, '--lines', String(count), '--no-pager', '--output', 'cat']);
  } catch {
    // Logs go elsewhere here: the unit's name has to do.
    return '';
  }
}
