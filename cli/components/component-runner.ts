import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { programOf } from '../../lib/local-cluster/process-specs.js';

/**
 * Runs a component's own command in the place of this one: same terminal, and its exit
 * status is this process' own. Components speak for themselves; nothing is added.
 */
export async function runComponent(component: Parameters<typeof programOf>[0], args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [programOf(component), ...args], { stdio: 'inherit' });
  const [code] = (await once(child, 'close')) as [number | null];
  process.exitCode = code ?? 1;
}
