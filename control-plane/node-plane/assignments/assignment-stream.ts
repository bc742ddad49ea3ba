import { createHash, randomUUID } from 'node:crypto';

import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import { UpdateKind, type WatchAssignmentsResponse } from '../../../proto/gen/longshore/node/v1/node.js';
import { PodAssignment } from '../../../proto/gen/longshore/node/v1/pod.js';
import { keyOf, splitKey } from '../../resources/client.js';
import { chunksOf } from '../chunks.js';
import { allSynced, type NodePlaneInformers } from '../informers.js';
import type { AssignmentFeeds } from './assignment-feeds.js';
import type { AssignmentSource } from './assignment-source.js';

interface Sent {
  uid: string;
  hash: string;
}

interface Sized {
  key: string;
  assignment: PodAssignment;
  bytes: number;
  hash: string;
}

/**
 * One node's assignments: a COMPLETE set, then what changes, chained by revision. What the
 * node has been told is kept as hashes, so that a change that does not concern it (a pod's
 * status) sends nothing. Changes gather while the reader is slow.
 * @throws the signal's reason once it aborts
 */
export async function* watchAssignments(options: {
  nodeName: string;
  informers: NodePlaneInformers;
  source: AssignmentSource;
  feeds: AssignmentFeeds;
  signal: AbortSignal;
}): AsyncGenerator<WatchAssignmentsResponse, void, undefined> {
  const { nodeName, informers, source, feeds, signal } = options;
  await allSynced(informers, signal);
  using feed = feeds.subscribe(nodeName);
  const sent = new Map<string, Sent>();
  const stream = randomUUID();
  let position = 1;

  const assigned = await Promise.all(informers.pods.byIndex('node', nodeName).map((pod) => sized(source, pod)));
  const chunks = chunksOf(assigned, ({ bytes }) => bytes);
  for (const [index, chunk] of chunks.entries()) {
    yield {
      kind: UpdateKind.UPDATE_KIND_COMPLETE,
      appliesToRevision: '',
      revision: `${stream}/${position}`,
      more: index < chunks.length - 1,
      assigned: chunk.map(({ assignment }) => assignment),
      removedPodUids: [],
    };
  }
  for (const item of assigned) remember(sent, item);

  for (;;) {
    const { changed, removed } = await changesOf(await feed.keys.take(signal), sent, options);
    if (changed.length === 0 && removed.length === 0) continue;
    for (const [index, chunk] of chunksOf(changed, ({ bytes }) => bytes).entries()) {
      yield {
        kind: UpdateKind.UPDATE_KIND_INCREMENTAL,
        appliesToRevision: `${stream}/${position}`,
        revision: `${stream}/${++position}`,
        more: false,
        assigned: chunk.map(({ assignment }) => assignment),
        removedPodUids: index === 0 ? removed : [],
      };
    }
  }
}

/** Compares `keys` with what was sent, and takes the difference as sent. */
async function changesOf(
  keys: readonly string[],
  sent: Map<string, Sent>,
  { nodeName, informers, source }: { nodeName: string; informers: NodePlaneInformers; source: AssignmentSource },
): Promise<{ changed: Sized[]; removed: string[] }> {
  const removed: string[] = [];
  const pods: Pod[] = [];
  for (const key of keys) {
    const { namespace, name } = splitKey(key);
    const pod = informers.pods.get(namespace, name);
    const former = sent.get(key);
    const isHere = pod?.spec?.nodeName === nodeName;
    if (isHere) pods.push(pod);
    if (former && (!isHere || former.uid !== pod.metadata.uid)) {
      removed.push(former.uid);
      sent.delete(key);
    }
  }
  const changed = (await Promise.all(pods.map((pod) => sized(source, pod)))).filter(
    ({ key, hash }) => sent.get(key)?.hash !== hash,
  );
  for (const item of changed) remember(sent, item);
  return { changed, removed };
}

async function sized(source: AssignmentSource, pod: Pod): Promise<Sized> {
  const assignment = await source.assignmentOf(pod);
  const encoded = PodAssignment.encode(assignment).finish();
  return {
    key: keyOf(pod),
    assignment,
    bytes: encoded.byteLength,
    hash: createHash('sha256').update(encoded).digest('base64'),
  };
}

function remember(sent: Map<string, Sent>, { key, assignment, hash }: Sized): void {
  sent.set(key, { uid: assignment.pod?.uid ?? '', hash });
}
