import type { Lease } from '../../lib/kubernetes/types/coordination-v1.js';
import type { Node, Pod } from '../../lib/kubernetes/types/core-v1.js';
import { addResources, podRequests, renderAmount, type Amounts } from './node-resources.js';
import { conditions, head, pairs } from './common.js';
import type { Page } from './page.js';

export function describeNode({ metadata, spec, status = {} }: Node, pods: readonly Pod[], lease: Lease | undefined): Page {
  const running = pods.filter((pod) => pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed');
  const perPod = running.map((pod) => ({ pod, amounts: podRequests(pod.spec) }));
  const total = perPod.reduce<Amounts>((sum, { amounts }) => addResources(sum, amounts), { requests: {}, limits: {} });
  const allocatable = status.allocatable ?? {};
  const info = status.nodeInfo;
  return [
    ...head(metadata),
    ['Taints', (spec.taints ?? []).map(({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`)],
    ['Unschedulable', String(spec.unschedulable ?? false)],
    ['Lease', lease?.spec.renewTime ? `renewed ${lease.spec.renewTime} by ${lease.spec.holderIdentity ?? ''}` : '<none>'],
    conditions(status.conditions),
    ['Addresses', (status.addresses ?? []).map(({ type, address }) => `${type}: ${address}`)],
    ['Capacity', pairs(status.capacity, ': ')],
    ['Allocatable', pairs(allocatable, ': ')],
    [
      'System',
      [
        `Operating System: ${info?.operatingSystem ?? ''} ${info?.architecture ?? ''}, ${info?.osImage ?? ''}, kernel ${info?.kernelVersion ?? ''}`,
        `Container Runtime: ${info?.containerRuntimeVersion ?? ''}`,
        `Kubelet: ${info?.kubeletVersion ?? ''}`,
      ],
    ],
    ['Pod CIDR', spec.podCIDR ?? '<none>'],
    [
      'Pods',
      {
        table: [
          ['Namespace', 'Name', 'CPU Requests', 'CPU Limits', 'Memory Requests', 'Memory Limits'],
          ...perPod.map(({ pod, amounts }) => [
            pod.metadata.namespace ?? '',
            pod.metadata.name,
            ...(['cpu', 'memory'] as const).flatMap((name) => [
              renderAmount(name, amounts.requests, allocatable),
              renderAmount(name, amounts.limits, allocatable),
            ]),
          ]),
        ],
      },
    ],
    [
      'Allocated',
      {
        table: [
          ['Resource', 'Requests', 'Limits'],
          ...(['cpu', 'memory', 'ephemeral-storage'] as const).map((name) => [
            name,
            renderAmount(name, total.requests, allocatable),
            renderAmount(name, total.limits, allocatable),
          ]),
        ],
      },
    ],
  ];
}
