import { type Clock } from '../lib/clock/clock.js';
import { type Logger } from '../lib/log/logger.js';
import { BridgeRules } from './bridge-rules/bridge-rules.js';
import { IptablesRunner } from './bridge-rules/iptables-runner.js';
import { type CommandRunner } from './commands/command-runner.js';
import { IpRouteRunner } from './node-routes/ip-route-runner.js';
import { NodeRoutes } from './node-routes/node-routes.js';
import { NftRunner } from './nftables/nft-runner.js';
import { renderRemoval } from './nftables/render.js';
import { type TableNameFile } from './nftables/table-name-file.js';
import { type TableFile } from './routes/table-file.js';

export interface CleanupOptions {
  nodeName: string;
  tableNameFile: TableNameFile;
  tableFile: TableFile;
  /** Other nodes are on this kernel, so that there are no routes. */
  sharedHost: boolean;
  /** Default runs programs here. */
  run?: CommandRunner;
  clock: Clock;
  log: Logger;
}

/**
 * Removes everything that a proxy left in the kernel and on disk: its table, its rules in
 * Docker's chain, its routes, the kept routing table. Nobody else's. Safe twice; the proxy
 * must not run. Goes on after a failure, so that as much as possible goes; what was left can
 * then be found by another cleanup.
 * @throws the first failure
 */
export async function cleanup(options: CleanupOptions): Promise<void> {
  const { tableNameFile, tableFile } = options;
  const table = await tableNameFile.load();
  if (table === undefined) options.log.info('this proxy left nothing in the kernel');
  else await removeFromKernel(table, options);
  await tableFile.remove();
  await tableNameFile.remove();
}

/**
 * Notes that what this proxy makes in the kernel is called `table` from now on. What an
 * earlier run, in another cluster, left under another name is removed first.
 */
export async function takeName(table: string, options: CleanupOptions): Promise<void> {
  const former = await options.tableNameFile.load();
  if (former === table) return;
  if (former !== undefined) {
    options.log.info('removing what this proxy left in its former cluster', { former, table });
    await cleanup(options);
  }
  await options.tableNameFile.save(table);
}

async function removeFromKernel(table: string, options: CleanupOptions): Promise<void> {
  const { nodeName, sharedHost, clock, log } = options;
  const run = options.run === undefined ? {} : { run: options.run };
  const bridgeRules = new BridgeRules({ chain: new IptablesRunner(run), owner: table, clock, log });
  const nodeRoutes = new NodeRoutes({ routes: new IpRouteRunner({ owner: table, ...run }), nodeName, clock, log });
  const steps: [string, () => Promise<void>][] = [
    ['table', () => new NftRunner(run).apply(renderRemoval(table))],
    ['bridge rules', () => bridgeRules.remove()],
    ['node routes', () => (sharedHost ? Promise.resolve() : nodeRoutes.ensure([]))],
  ];
  const failures: unknown[] = [];
  for (const [name, remove] of steps) {
    try {
      await remove();
      log.info('removed', { what: name, table });
    } catch (error) {
      failures.push(error);
      log.error('not removed', { what: name, table, error });
    }
  }
  if (failures.length > 0) throw failures[0];
}
