import type { PodSpec } from '../../proto/gen/longshore/node/v1/pod.js';
import type { VolumeFile } from './atomic-writer.js';

/** Who may read a pod's volumes, from its security contexts. */
export class VolumeOwnership {
  /** Owns volumes and is a supplemental group of every container. */
  readonly fsGroup: number | undefined;
  /** The one user of all containers, if it is one. */
  readonly #user: number | undefined;

  constructor(spec: PodSpec) {
    this.fsGroup = spec.securityContext?.fsGroup;
    const users = new Set(
      [...spec.initContainers, ...spec.containers].map(
        (container) => container.securityContext?.runAsUser ?? spec.securityContext?.runAsUser,
      ),
    );
    this.#user = users.size === 1 ? [...users][0] : undefined;
  }

  /** Tokens are for the pod's user alone, where one can be named (KEP-2451). */
  tokenFile(content: Uint8Array, defaultMode: number): VolumeFile {
    const named = this.#user !== undefined || this.fsGroup !== undefined;
    return { ...ownedFile(content, named ? 0o600 : defaultMode, this), uid: this.#user };
  }
}

/** A file that fsGroup, if there is one, owns and may read. */
export function ownedFile(content: Uint8Array, mode: number, { fsGroup }: { fsGroup: number | undefined }): VolumeFile {
  return fsGroup === undefined ? { content, mode } : { content, mode: mode | 0o440, gid: fsGroup };
}
