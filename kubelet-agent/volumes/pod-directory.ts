import { join } from 'node:path';
import { LongshoreError } from '../../lib/errors/errors.js';

/**
 * Where a pod's files are, below the agent's state directory:
 *
 *   pods/<uid>/                                 0700
 *     prepared                                  every volume stood once
 *     volumes/<volume>/                         emptyDir, ConfigMap, downward API
 *     network/{hosts,hostname,resolv.conf}
 *     containers/<name>/<attempt>/termination-log
 *   memory/<uid>/<volume>/                      Secret and projected, on one tmpfs for the node
 */
export class PodDirectory {
  readonly podUid: string;
  readonly path: string;
  readonly #memory: string;

  /** @throws LongshoreError InvalidArgument for a uid that is no plain file name */
  constructor(stateDir: string, podUid: string) {
    this.podUid = plainName('pod uid', podUid);
    this.path = join(podsDirectory(stateDir), podUid);
    this.#memory = join(memoryDirectory(stateDir), podUid);
  }

  /** Written once all volumes have stood: the pod may have run here. */
  get preparedMark(): string {
    return join(this.path, 'prepared');
  }

  get networkFiles(): string {
    return join(this.path, 'network');
  }

  get memory(): string {
    return this.#memory;
  }

  volume(name: string): string {
    return join(this.path, 'volumes', plainName('volume', name));
  }

  memoryVolume(name: string): string {
    return join(this.#memory, plainName('volume', name));
  }

  terminationLog(containerName: string, attempt: number): string {
    return join(this.path, 'containers', plainName('container', containerName), String(attempt), 'termination-log');
  }
}

export function podsDirectory(stateDir: string): string {
  return join(stateDir, 'pods');
}

export function memoryDirectory(stateDir: string): string {
  return join(stateDir, 'memory');
}

function plainName(what: string, name: string): string {
  if (!/^[A-Za-z0-9]([A-Za-z0-9._-]*)$/.test(name))
    throw new LongshoreError('InvalidArgument', `${what} "${name}" is no plain name`);
  return name;
}
