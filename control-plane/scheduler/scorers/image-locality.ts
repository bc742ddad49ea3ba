import type { NodeInfo } from '../model/node-info.js';
import type { Scorer } from './scorer.js';

const minBytes = 23 * 1024 * 1024;
const maxBytesPerContainer = 1000 * 1024 * 1024;

/**
 * Prefers nodes that have the pod's images already, by their size. An image that few nodes
 * have counts less, so that one node does not draw everything to itself (as in Kubernetes).
 */
export const imageLocality: Scorer = {
  name: 'ImageLocality',
  weight: 1,
  prepare: ({ pod }, _nodes, cluster) => {
    const containers = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
    const names = containers.flatMap(({ image }) => (image ? [normalImageName(image)] : []));
    const wanted = names.filter((name) => cluster.nodesWithImage(name) > 0);
    if (wanted.length === 0) return undefined;
    const maxBytes = maxBytesPerContainer * containers.length;
    return (node) => {
      const present = wanted.reduce(
        (total, name) => total + (imageBytes(node, name) * cluster.nodesWithImage(name)) / cluster.nodes.length,
        0,
      );
      return (100 * (Math.min(Math.max(present, minBytes), maxBytes) - minBytes)) / (maxBytes - minBytes);
    };
  },
};

function imageBytes({ node }: NodeInfo, name: string): number {
  return node?.status?.images?.find(({ names }) => names?.includes(name))?.sizeBytes ?? 0;
}

/** The name with the tag that it has when none is written. */
function normalImageName(image: string): string {
  const lastPart = image.slice(image.lastIndexOf('/') + 1);
  return lastPart.includes(':') || lastPart.includes('@') ? image : `${image}:latest`;
}
