import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { PodAssignment } from '../../proto/gen/longshore/node/v1/pod.js';
import { podHostname, renderHosts } from './hosts-file.js';
import { computeResolvConf, parseResolvConf, renderResolvConf } from './resolv-conf.js';
import type { PodFacts } from './volume-manager.js';

/** The node's own files that pods may inherit from. */
export interface NodeNetworkFiles {
  hosts: string;
  resolvConf: string;
}

/** Writes a pod's hosts, hostname and resolv.conf into `directory`. In place: containers have the files themselves mounted. */
export async function writeNetworkFiles(
  directory: string,
  assignment: PodAssignment,
  facts: PodFacts,
  node: NodeNetworkFiles,
): Promise<{ hosts: string; hostname: string; resolvConf: string }> {
  const { pod, spec } = assignment;
  const paths = {
    hosts: join(directory, 'hosts'),
    hostname: join(directory, 'hostname'),
    resolvConf: join(directory, 'resolv.conf'),
  };
  const ownName = spec?.hostNetwork ? hostname() : podHostname(assignment);
  const resolvConf =
    spec && computeResolvConf(spec, pod?.namespace ?? '', facts, parseResolvConf(await readIfThere(node.resolvConf)));
  await mkdir(directory, { recursive: true });
  await writeIfChanged(paths.hosts, renderHosts(assignment, facts, await readIfThere(node.hosts)));
  await writeIfChanged(paths.hostname, `${ownName}\n`);
  await writeIfChanged(paths.resolvConf, resolvConf ? renderResolvConf(resolvConf) : '');
  return paths;
}

async function writeIfChanged(path: string, content: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(() => undefined)) !== content) await writeFile(path, content, { mode: 0o644 });
}

async function readIfThere(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
