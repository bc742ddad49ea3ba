import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../integration/support/abandoned-cluster.ts', import.meta.url));

/** Lets a test run of its own start a cluster, kills it with -9, and says where the cluster was. */
export async function abandonCluster(...args: string[]): Promise<{ dir: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [dir] = (await once(createInterface(child.stdout), 'line')) as [string];
  child.kill('SIGKILL');
  await once(child, 'exit');
  return { dir };
}
