import type { Kubeconfig } from './kubeconfig-file.js';

/**
 * Several kubeconfig files as one, as kubectl merges those of KUBECONFIG: the first file that
 * sets current-context, or has an entry of a name, wins. Pure.
 */
export function mergeKubeconfigs(configs: readonly Kubeconfig[]): Kubeconfig {
  const merged: Kubeconfig = { files: [], contexts: new Map(), clusters: new Map(), users: new Map() };
  for (const config of configs) {
    merged.files.push(...config.files);
    merged.currentContext ??= config.currentContext;
    for (const list of ['contexts', 'clusters', 'users'] as const) addMissing(merged[list], config[list]);
  }
  return merged;
}

function addMissing(target: Map<string, unknown>, source: ReadonlyMap<string, unknown>): void {
  for (const [name, entry] of source) if (!target.has(name)) target.set(name, entry);
}
