import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from '../../lib/kubernetes/types/apps-v1.js';
import type { Pod, PodTemplateSpec } from '../../lib/kubernetes/types/core-v1.js';
import type { LabelSelector } from '../../lib/kubernetes/types/meta-v1.js';
import { formatRequirements, labelSelectorRequirements } from '../../lib/kubernetes/label-selector.js';
import { describeState } from '../../lib/kubernetes-client/wait/object-state.js';
import { conditions, controlledBy, head, pairs } from './common.js';
import { containerPages } from './containers.js';
import type { Field, Page } from './page.js';
import { volumesField } from './pod.js';

const revision = 'deployment.kubernetes.io/revision';

/** @param replicaSets those that it owns */
export function describeDeployment({ metadata, spec, status = {} }: Deployment, replicaSets: readonly ReplicaSet[]): Page {
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0, unavailableReplicas = 0 } = status;
  const rolling = spec.strategy?.rollingUpdate;
  return [
    ...head(metadata),
    ['Selector', selectorText(spec.selector)],
    [
      'Replicas',
      `${spec.replicas ?? 1} desired, ${updatedReplicas} updated, ${replicas} total, ${availableReplicas} available, ${unavailableReplicas} unavailable`,
    ],
    [
      'Strategy',
      `${spec.strategy?.type ?? 'RollingUpdate'}${rolling ? `, ${rolling.maxUnavailable ?? '25%'} max unavailable, ${rolling.maxSurge ?? '25%'} max surge` : ''}`,
    ],
    ...(spec.paused ? [['Paused', 'true'] as const] : []),
    template(spec.template),
    conditions(status.conditions),
    [
      'Replica Sets',
      {
        table: [
          ['Revision', 'Name', 'Desired', 'Ready'],
          ...[...replicaSets]
            .sort((a, b) => revisionOf(b) - revisionOf(a))
            .map((set) => [
              String(revisionOf(set)),
              set.metadata.name,
              String(set.spec.replicas ?? 1),
              String(set.status?.readyReplicas ?? 0),
            ]),
        ],
      },
    ],
  ];
}

function revisionOf({ metadata }: ReplicaSet): number {
  return Number(metadata.annotations?.[revision] ?? 0);
}

/** A ReplicaSet, StatefulSet or DaemonSet. @param pods those that it owns */
export function describePodOwner(object: ReplicaSet | StatefulSet | DaemonSet, pods: readonly Pod[]): Page {
  const { metadata, spec } = object;
  return [
    ...head(metadata),
    ...controlledBy(metadata),
    ['Selector', selectorText(spec.selector)],
    ['Replicas', replicasText(object)],
    ...(spec.template ? [template(spec.template)] : []),
    conditions(object.status?.conditions),
    ['Pods', pods.map((pod) => `${pod.metadata.name}: ${describeState({ ...pod, kind: 'Pod' })}`)],
  ];
}

function replicasText(object: ReplicaSet | StatefulSet | DaemonSet): string {
  const counts = (object.status ?? {}) as Record<string, number | undefined>;
  if (object.kind === 'DaemonSet') {
    return `${counts.desiredNumberScheduled ?? 0} desired, ${counts.currentNumberScheduled ?? 0} scheduled, ${counts.numberReady ?? 0} ready`;
  }
  const { replicas = 1 } = object.spec as { replicas?: number };
  return `${replicas} desired, ${counts.replicas ?? 0} total, ${counts.readyReplicas ?? 0} ready`;
}

function template({ metadata, spec }: PodTemplateSpec): Field {
  return [
    'Pod Template',
    {
      page: [
        ['Labels', pairs(metadata?.labels)],
        ...((spec?.initContainers?.length ?? 0) > 0
          ? [['Init Containers', { page: containerPages(spec?.initContainers ?? [], undefined) }] as Field]
          : []),
        ['Containers', { page: containerPages(spec?.containers ?? [], undefined) }],
        ...volumesField(spec?.volumes ?? []),
      ],
    },
  ];
}

function selectorText(selector: LabelSelector | undefined): string {
  return selector ? formatRequirements(labelSelectorRequirements(selector)) : '<none>';
}
