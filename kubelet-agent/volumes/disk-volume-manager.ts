import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { listDirectory } from '../../lib/files/list-directory.js';
import type { Logger } from '../../lib/log/logger.js';
import type { PodAssignment, Volume } from '../../proto/gen/longshore/node/v1/pod.js';
import { writeAtomically } from './atomic-writer.js';
import { prepareEmptyDir } from './empty-dir.js';
import { prepareHostPath } from './host-path.js';
import type { Mounts } from './mount-runner.js';
import { mountsBelow } from './mount-table.js';
import { writeNetworkFiles, type NodeNetworkFiles } from './network-files.js';
import { NodeMemory } from './node-memory.js';
import { PodDirectory, podsDirectory } from './pod-directory.js';
import { ServiceAccountTokens, type TokenSource } from './service-account-tokens.js';
import { createTerminationLog, readTerminationLog } from './termination-log.js';
import { computeFiles, fileSourcesOf } from './volume-files.js';
import type { PodFacts, VolumeManager } from './volume-manager.js';
import { VolumeOwnership } from './volume-ownership.js';

/** The pods' files on this machine; where they are is told in pod-directory.ts. */
export class DiskVolumeManager implements VolumeManager {
  readonly #stateDir: string;
  readonly #mounts: Mounts;
  readonly #memory: NodeMemory;
  readonly #tokens: ServiceAccountTokens;
  readonly #nodeFiles: NodeNetworkFiles;

  /** @param options.nodeFiles default /etc/hosts and /etc/resolv.conf */
  constructor(options: {
    stateDir: string;
    tokenSource: TokenSource;
    mounts: Mounts;
    clock: Clock;
    log: Logger;
    nodeFiles?: NodeNetworkFiles;
  }) {
    this.#stateDir = options.stateDir;
    this.#mounts = options.mounts;
    this.#memory = new NodeMemory(options);
    this.#tokens = new ServiceAccountTokens({ ...options, source: options.tokenSource });
    this.#nodeFiles = options.nodeFiles ?? { hosts: '/etc/hosts', resolvConf: '/etc/resolv.conf' };
  }

  async prepare(assignment: PodAssignment, pod: PodFacts, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const directory = await this.#ensureDirectory(uidOf(assignment));
    const paths = new Map<string, string>();
    for (const volume of assignment.spec?.volumes ?? []) {
      try {
        paths.set(volume.name, await this.#prepareVolume(directory, volume, assignment, pod, signal));
      } catch (thrown) {
        const { code, message } = LongshoreError.from(thrown);
        throw new LongshoreError(code, `MountVolume.SetUp failed for volume "${volume.name}" : ${message}`, { cause: thrown });
      }
    }
    await writeFile(directory.preparedMark, '');
    return paths;
  }

  async prepareNetworkFiles(assignment: PodAssignment, pod: PodFacts) {
    const directory = await this.#ensureDirectory(uidOf(assignment));
    return writeNetworkFiles(directory.networkFiles, assignment, pod, this.#nodeFiles);
  }

  async prepareTerminationLog(podUid: string, containerName: string, attempt: number): Promise<string> {
    const directory = await this.#ensureDirectory(podUid);
    return createTerminationLog(directory.terminationLog(containerName, attempt));
  }

  readTerminationLog(podUid: string, containerName: string, attempt: number): Promise<string> {
    return readTerminationLog(new PodDirectory(this.#stateDir, podUid).terminationLog(containerName, attempt));
  }

  async remove(podUid: string): Promise<void> {
    const directory = new PodDirectory(this.#stateDir, podUid);
    for (const point of mountsBelow(await this.#mounts.list(), directory.path)) await this.#mounts.unmount(point);
    // Deleting through a mount that stayed would delete somebody else's files.
    const left = mountsBelow(await this.#mounts.list(), directory.path);
    if (left.length > 0) throw new LongshoreError('Internal', `still mounted in pod ${podUid}: ${left.join(', ')}`);
    await this.#memory.release(directory);
    await rm(directory.path, { recursive: true, force: true });
    this.#tokens.forget(podUid);
  }

  list(): Promise<string[]> {
    return listDirectory(podsDirectory(this.#stateDir));
  }

  async #prepareVolume(
    directory: PodDirectory,
    volume: Volume,
    assignment: PodAssignment,
    facts: PodFacts,
    signal: AbortSignal,
  ): Promise<string> {
    const ownership = assignment.spec && new VolumeOwnership(assignment.spec);
    const { source } = volume;
    if (!source || !ownership) throw new LongshoreError('InvalidArgument', 'the volume has no source');
    if (source.$case === 'hostPath') return prepareHostPath(source.value);
    if (source.$case === 'emptyDir') {
      const options = { mounts: this.#mounts, fsGroup: ownership.fsGroup };
      return prepareEmptyDir(directory.volume(volume.name), source.value, options);
    }
    const content = fileSourcesOf(volume);
    if (!content) throw new LongshoreError('InvalidArgument', 'the volume has a source of an unknown kind');
    const path = content.secret
      ? await this.#memory.ensureVolume(directory, volume.name)
      : await ensured(directory.volume(volume.name));
    const mayGoWithout = await exists(directory.preparedMark);
    const files = await computeFiles(content, {
      assignment,
      facts,
      ownership,
      token: async (wanted) => {
        const existing = await readFile(join(path, wanted.path), 'utf8').catch(() => undefined);
        return this.#tokens.token({ podUid: directory.podUid, wanted, existing, mayGoWithout }, signal);
      },
    });
    await writeAtomically(path, files, ownership.fsGroup);
    return path;
  }

  async #ensureDirectory(podUid: string): Promise<PodDirectory> {
    const directory = new PodDirectory(this.#stateDir, podUid);
    await mkdir(directory.path, { recursive: true, mode: 0o700 });
    return directory;
  }
}

function uidOf({ pod }: PodAssignment): string {
  if (!pod) throw new LongshoreError('InvalidArgument', 'the assignment names no pod');
  return pod.uid;
}

async function ensured(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  return directory;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
