import { type Logger } from '../lib/log/logger.js';
import { type BridgeRules } from './bridge-rules/bridge-rules.js';
import { type NodeRoutes } from './node-routes/node-routes.js';
import { type Nft } from './nftables/nft-runner.js';
import { renderRemoval } from './nftables/render.js';
import { type TableFile } from './routes/table-file.js';

/**
 * Removes everything that a proxy leaves in the kernel and on disk: its table, its rules in
 * Docker's chain, its routes, the kept routing table. Nobody else's. Safe twice; the proxy
 * must not run. Goes on after a failure, so that as much as possible goes.
 * @throws the first failure
 */
export async function cleanup(options: {
  table: string;
  nft: Nft;
  bridgeRules: Pick<BridgeRules, 'remove'>;
  /** Undefined where the host has no routes of ours (--shared-host). */
  nodeRoutes: Pick<NodeRoutes, 'ensure'> | undefined;
  tableFile: Pick<TableFile, 'remove'>;
  log: Logger;
}): Promise<void> {
  const { table, nft, bridgeRules, nodeRoutes, tableFile, log } = options;
  const steps: [string, () => Promise<void>][] = [
    ['table', () => nft.apply(renderRemoval(table))],
    ['bridge rules', () => bridgeRules.remove()],
    ['node routes', async () => nodeRoutes?.ensure([])],
    ['kept routing table', () => tableFile.remove()],
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
