import type { Entry } from '../../store/store.js';
import type { KubeObject } from '../client.js';

const objects = new WeakMap<Entry, KubeObject>();
const bytes = new WeakMap<Entry, Buffer>();
const removed = new WeakMap<Entry, Entry>();
const metadataStart = Buffer.from('"metadata":{');

/** The object of an entry, with its resourceVersion: decoded once, deeply frozen, shared by all readers. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the key tells the reader which kind it is
export function objectOf<T extends KubeObject = KubeObject>(entry: Entry): T {
  const known = objects.get(entry);
  if (known) return known as T;
  const object = JSON.parse(Buffer.from(entry.value.buffer, entry.value.byteOffset, entry.value.byteLength).toString()) as T;
  return remember(entry, object);
}

/** Gives `entry` an object that is known already, so that nobody parses what was just written. */
export function remember<T extends KubeObject>(entry: Entry, object: T): T {
  object.metadata.resourceVersion = String(entry.modRevision);
  objects.set(entry, deepFreeze(object));
  return object;
}

/** The JSON of an entry, with its resourceVersion: made once, shared by lists and watchers. */
export function bytesOf(entry: Entry): Buffer {
  const known = bytes.get(entry);
  if (known) return known;
  const value = Buffer.from(entry.value.buffer, entry.value.byteOffset, entry.value.byteLength);
  const split = value.indexOf(metadataStart) + metadataStart.length;
  const made = Buffer.concat([
    value.subarray(0, split),
    Buffer.from(`"resourceVersion":"${entry.modRevision}",`),
    value.subarray(split),
  ]);
  bytes.set(entry, made);
  return made;
}

/** What is stored: the object's JSON without resourceVersion, metadata before all free text. */
export function serialize(object: KubeObject): Buffer {
  const { apiVersion, kind, metadata, ...rest } = object;
  return Buffer.from(JSON.stringify({ apiVersion, kind, metadata: { ...metadata, resourceVersion: undefined }, ...rest }));
}

/** The last state of an object as of its disappearance: `entry` at the revision that removed it. */
export function asOfRemoval(entry: Entry, revision: number): Entry {
  const known = removed.get(entry);
  if (known?.modRevision === revision) return known;
  const made = { ...entry, modRevision: revision };
  removed.set(entry, made);
  return made;
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const child of Object.values(value)) deepFreeze(child);
  return Object.freeze(value);
}
