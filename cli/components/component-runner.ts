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

/**
 * What a component's command prints. When it fails it has said why itself, to standard
 * error, and its exit status becomes this process' own.
 * @returns undefined when it failed
 */
export async function readComponent(
  component: Parameters<typeof programOf>[0],
  args: readonly string[],
): Promise<string | undefined> {
  const child = spawn(process.execPath, [programOf(component), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0) return text;
  process.exitCode = code ?? 1;
  return undefined;
}
