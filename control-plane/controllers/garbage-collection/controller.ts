import { keyOfDefinition } from '../../resources/definition.js';
import type { ResourceKey } from '../../resources/resource-types.js';
import type { ControllerContext } from '../controller-context.js';
import { ControllerLoop } from '../controller-loop.js';
import { GarbageCollector } from './collector.js';
import { OwnerGraph } from './owner-graph.js';

/** Events refer to objects, but are not theirs; they expire by themselves. */
const ignoredKinds = new Set<ResourceKey>(['events']);

/**
 * Deletes what its owners have left behind, and carries out the propagation policies of
 * deletions (finalizers `orphan` and `foregroundDeletion`). Keys: uids.
 */
export function createGarbageCollectionController(context: ControllerContext): ControllerLoop {
  const { resources } = context;
  const definitions = resources.definitions.filter((definition) => !ignoredKinds.has(keyOfDefinition(definition) as ResourceKey));
  const sources = definitions.map((definition) => {
    const kind = keyOfDefinition(definition) as ResourceKey;
    return { kind, informer: resources.informer(kind) };
  });
  const graph = new OwnerGraph();
  const collector = new GarbageCollector({ resources, definitions, graph });

  return new ControllerLoop({
    ...context,
    name: 'garbage-collection',
    informers: sources.map(({ informer }) => informer),
    watch: (loop) =>
      sources.map(({ kind, informer }) =>
        informer.onChange((current, previous) => {
          for (const node of graph.observe(kind, current, previous)) {
            if (node.owners.length > 0 || node.deleting) loop.add(node.uid);
          }
        }),
      ),
    reconcile: (uid) => collector.collect(uid),
  });
}
