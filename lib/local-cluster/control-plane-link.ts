import type { Cluster } from './cluster-file.js';
import { runProgram } from './process-runner.js';

/**
 * The control plane's address on this host. Pods cannot reach 127.0.0.1 of the host, and a
 * laptop's own address comes and goes, so an empty bridge carries an address that stays.
 */
export async function ensureControlPlaneLink(cluster: Cluster): Promise<void> {
  if (!linkExists(await runProgram('ip', ['-o', 'link', 'show']), cluster.link)) {
    await runProgram('ip', ['link', 'add', cluster.link, 'type', 'bridge']);
  }
  await runProgram('ip', ['address', 'replace', `${cluster.address}/32`, 'dev', cluster.link]);
  await runProgram('ip', ['link', 'set', cluster.link, 'up']);
}

export async function removeControlPlaneLink(cluster: Cluster): Promise<void> {
  if (linkExists(await runProgram('ip', ['-o', 'link', 'show']), cluster.link)) {
    await runProgram('ip', ['link', 'delete', cluster.link]);
  }
}

function linkExists(listing: string, link: string): boolean {
  return listing.split('\n').some((line) => line.split(': ')[1]?.split('@')[0] === link);
}
