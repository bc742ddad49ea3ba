import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type Logger } from '../../lib/log/logger.js';

/** Under /proc/sys: forwarding between pods and nodes, and netfilter for frames between ports of one bridge. */
const forwarding = 'net/ipv4/ip_forward';
const bridgeFilter = 'net/bridge/bridge-nf-call-iptables';

/** What the kernel was found to do. */
export interface KernelSettings {
  forwards: boolean;
  bridgeFiltered: boolean;
  findsSockets: boolean;
}

/**
 * Turns on what the rules need and reports what holds then: a kernel without bridge filtering
 * (or a read-only /proc/sys) is not an error. Idempotent.
 * @param options.findsSockets tries a rule that needs nft_socket
 * @param options.root default /proc/sys
 */
export async function ensureKernelSettings(options: {
  findsSockets: () => Promise<boolean>;
  log: Logger;
  root?: string;
}): Promise<KernelSettings> {
  const { log, root = '/proc/sys' } = options;
  return {
    forwards: await ensureOn(join(root, forwarding), log),
    bridgeFiltered: await ensureOn(join(root, bridgeFilter), log),
    findsSockets: await options.findsSockets(),
  };
}

async function ensureOn(path: string, log: Logger): Promise<boolean> {
  try {
    if ((await readFile(path, 'utf8')).trim() === '1') return true;
    await writeFile(path, '1\n');
    log.info('kernel setting turned on', { path });
    return true;
  } catch (thrown) {
    log.debug('kernel setting is not available', { path, error: thrown });
    return false;
  }
}
