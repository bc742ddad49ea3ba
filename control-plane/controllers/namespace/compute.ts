import type { Namespace, NamespaceCondition, NamespaceStatus } from '../../../lib/kubernetes/types/core-v1.js';
import { timestamp } from '../../resources/registry/timestamp.js';
import { withCondition } from '../objects/conditions.js';

export interface NamespaceContent {
  /** How many objects are left, by kind (`pods`, `deployments.apps`); kinds without any are absent. */
  readonly remaining: ReadonlyMap<string, number>;
  /** How many of them each finalizer holds. */
  readonly finalizers: ReadonlyMap<string, number>;
  /** What went wrong while deleting. */
  readonly failures: readonly string[];
}

/** The finalizer in spec.finalizers that this controller removes last. */
export const namespaceFinalizer = 'kubernetes';

/** Whether the namespace waits for this controller. */
export function mustEmpty(namespace: Namespace | undefined): namespace is Namespace {
  return namespace?.metadata.deletionTimestamp !== undefined && (namespace.spec?.finalizers ?? []).includes(namespaceFinalizer);
}

/** The status of a namespace that is being emptied: phase and the conditions that say what it waits for. */
export function computeNamespaceStatus(namespace: Namespace, content: NamespaceContent, nowMs: number): NamespaceStatus {
  const now = timestamp(nowMs);
  let conditions: NamespaceCondition[] = namespace.status?.conditions ?? [];
  for (const condition of terminationConditions(content)) conditions = withCondition(conditions, condition, now);
  return { ...namespace.status, phase: 'Terminating', conditions };
}

/** Types, reasons and messages are Kubernetes'. */
function terminationConditions({ remaining, finalizers, failures }: NamespaceContent): NamespaceCondition[] {
  const fine = (type: string, reason: string, message: string): NamespaceCondition => ({
    type,
    status: 'False',
    reason,
    message,
  });
  const wrong = (type: string, reason: string, message: string): NamespaceCondition => ({
    type,
    status: 'True',
    reason,
    message,
  });
  const kinds = [...remaining].sort().map(([kind, count]) => `${kind} has ${count} resource instances`);
  const holders = [...finalizers].sort().map(([name, count]) => `${name} in ${count} resource instances`);
  return [
    fine('NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', 'All resources successfully discovered'),
    fine('NamespaceDeletionGroupVersionParsingFailure', 'ParsedGroupVersions', 'All legacy kube types successfully parsed'),
    failures.length > 0
      ? wrong(
          'NamespaceDeletionContentFailure',
          'ContentDeletionFailed',
          `Failed to delete all resource types, ${failures.length} remaining: ${failures.join(', ')}`,
        )
      : fine(
          'NamespaceDeletionContentFailure',
          'ContentDeleted',
          'All content successfully deleted, may be waiting on finalization',
        ),
    kinds.length > 0
      ? wrong('NamespaceContentRemaining', 'SomeResourcesRemain', `Some resources are remaining: ${kinds.join(', ')}`)
      : fine('NamespaceContentRemaining', 'ContentRemoved', 'All content successfully removed'),
    holders.length > 0
      ? wrong(
          'NamespaceFinalizersRemaining',
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${holders.join(', ')}`,
        )
      : fine('NamespaceFinalizersRemaining', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'),
  ];
}
