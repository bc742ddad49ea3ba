import { probeReady } from '../../lib/local-cluster/health.js';
import { runProgram } from '../../lib/local-cluster/process-runner.js';
import type { LocalParts } from '../cluster/backend.js';
import type { EvidenceFolder } from './evidence-folder.js';

/** What the host says of a local cluster: its processes, and with runtime docker the kernel and the engine. */
export async function writeHost(folder: EvidenceFolder, { cluster, processes }: LocalParts): Promise<void> {
  await folder.write('status.txt', async () => {
    const lines = processes.specs.map(async ({ name, healthPort }) => {
      const [pid, problem] = await Promise.all([processes.pid(name), probeReady(healthPort)]);
      return `${name} ${pid === undefined ? 'does not run' : `pid ${pid}`}: ${problem ?? 'ready'}\n`;
    });
    return (await Promise.all(lines)).join('');
  });
  if (cluster.runtime === 'fake') return;
  const commands: Record<string, string[]> = {
    nftables: ['nft', 'list', 'ruleset'],
    routes: ['ip', 'route', 'show', 'table', 'all'],
    addresses: ['ip', 'address'],
    containers: ['docker', 'ps', '--all', '--filter', 'label=longshore.dev/cluster'],
  };
  await Promise.all(
    Object.entries(commands).map(([name, [program = '', ...args]]) =>
      folder.write(`host/${name}.txt`, () => runProgram(program, args, { timeoutMs: 10_000 })),
    ),
  );
}
