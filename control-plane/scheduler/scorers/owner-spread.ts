import { lessIsBetter, type Scorer } from './scorer.js';

/**
 * Prefers the nodes with the fewest pods of the same controller. It outweighs all that
 * only concerns the load of nodes: replicas on equal nodes always land one each.
 */
export const ownerSpread: Scorer = {
  name: 'OwnerSpread',
  weight: 4,
  prepare: ({ controllerUid }, nodes) =>
    controllerUid === undefined ? undefined : lessIsBetter(nodes, (node) => node.podsOfController(controllerUid)),
};
