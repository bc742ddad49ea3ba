import type { Deployment, ReplicaSet } from '../../../lib/kubernetes/types/apps-v1.js';
import type { ObjectMeta } from '../../../lib/kubernetes/types/meta-v1.js';
import { controllerReference } from '../objects/owner-references.js';
import { newestAnnotations, withRecordedSize } from './annotations.js';
import { podTemplateHash, podTemplateHashLabel } from './pod-template-hash.js';

/** Length of a name that leaves room for its pods' suffixes. */
const longestName = 253;

/**
 * The ReplicaSet for the Deployment's present template. Its name follows from the template
 * (and collisionCount), so however often it is created, by this process or the one before,
 * there is one.
 */
export function newReplicaSet(deployment: Deployment, revision: number, replicas: number): ReplicaSet {
  const { name, namespace } = deployment.metadata;
  const { template, selector, minReadySeconds } = deployment.spec;
  const hash = podTemplateHash(template, deployment.status?.collisionCount);
  const labels = { ...template.metadata?.labels, [podTemplateHashLabel]: hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name.slice(0, longestName - hash.length - 1)}-${hash}`,
      ...(namespace !== undefined && { namespace }),
      labels,
      annotations: withRecordedSize(newestAnnotations({}, deployment, revision), deployment),
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      ...(minReadySeconds !== undefined && { minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [podTemplateHashLabel]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } as ObjectMeta },
    },
  };
}
