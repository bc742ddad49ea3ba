import type { Informer, KubeObject } from '../../resources/client.js';
import { uidOf } from '../objects/owner-references.js';

interface Writes {
  /** Revision of the newest creation. */
  createdRevision: number;
  readonly deleted: Map<string, { namespace: string; name: string }>;
  /** A create whose outcome nobody knows: the store must be asked. */
  doubtful: boolean;
}

/**
 * What this process itself has created and deleted for each owner, until the informer shows
 * it. An owner is reconciled from the cache only while the cache reflects all of it, so
 * that a lagging informer never makes a pod twice or removes one too many.
 *
 * Why that is safe at kill -9 on any line: nothing of this survives the process, and need
 * not, since the next process lists from the store, which holds every write that was
 * committed. Within the process one key is in one worker only, and each committed write is
 * noted before that worker takes the key again. A create that failed without saying whether
 * it was committed is doubtful: the next round lists from the store.
 */
export class OwnWrites<T extends KubeObject> {
  readonly #informer: Informer<T>;
  readonly #owners = new Map<string, Writes>();

  constructor(informer: Informer<T>) {
    this.#informer = informer;
  }

  created(ownerUid: string, object: T): void {
    const writes = this.#of(ownerUid);
    writes.createdRevision = Math.max(writes.createdRevision, Number(object.metadata.resourceVersion));
  }

  /** `object` was read from the informer. */
  deleted(ownerUid: string, { metadata }: T): void {
    this.#of(ownerUid).deleted.set(uidOf({ metadata }), { namespace: metadata.namespace ?? '', name: metadata.name });
  }

  /** A create failed so that it may have happened. */
  doubt(ownerUid: string): void {
    this.#of(ownerUid).doubtful = true;
  }

  isDoubtful(ownerUid: string): boolean {
    return this.#owners.get(ownerUid)?.doubtful ?? false;
  }

  /** Ends the doubt: `objects` are all that the store itself holds of this owner. */
  resolve(ownerUid: string, objects: readonly T[]): void {
    this.#of(ownerUid).doubtful = false;
    for (const object of objects) this.created(ownerUid, object);
  }

  /** Whether the informer shows all that was written for `ownerUid`; then it is forgotten. */
  isReflected(ownerUid: string): boolean {
    const writes = this.#owners.get(ownerUid);
    if (!writes) return true;
    if (writes.createdRevision > this.#informer.revision()) return false;
    for (const [uid, { namespace, name }] of writes.deleted) {
      const cached = this.#informer.get(namespace, name);
      if (cached?.metadata.uid === uid && cached.metadata.deletionTimestamp === undefined) return false;
      writes.deleted.delete(uid);
    }
    if (!writes.doubtful) this.#owners.delete(ownerUid);
    return true;
  }

  #of(ownerUid: string): Writes {
    const known = this.#owners.get(ownerUid);
    if (known) return known;
    const writes: Writes = { createdRevision: 0, deleted: new Map(), doubtful: false };
    this.#owners.set(ownerUid, writes);
    return writes;
  }
}
