import type { Pod, Toleration, Volume } from '../../lib/kubernetes/types/core-v1.js';
import { conditions, controlledBy, head, pairs } from './common.js';
import { containerPages } from './containers.js';
import type { Field, Page } from './page.js';

export function describePod({ metadata, spec, status = {} }: Pod): Page {
  const { initContainers = [], containers, volumes = [], tolerations = [], nodeName } = spec;
  return [
    ...head(metadata),
    ...controlledBy(metadata),
    ['Service Account', spec.serviceAccountName ?? 'default'],
    ['Node', nodeName ? `${nodeName}${status.hostIP ? `/${status.hostIP}` : ''}` : '<none>'],
    ['Started', status.startTime ?? '<not yet>'],
    [
      'Status',
      metadata.deletionTimestamp
        ? `Terminating (grace period ${metadata.deletionGracePeriodSeconds ?? 0} s)`
        : (status.phase ?? 'Pending'),
    ],
    ...(status.reason ? [['Reason', status.reason] as const] : []),
    ...(status.message ? [['Message', status.message] as const] : []),
    ['IP', (status.podIPs ?? []).map(({ ip }) => ip)],
    ['QoS Class', status.qosClass ?? '<none>'],
    ...(spec.priorityClassName ? [['Priority Class', `${spec.priorityClassName} (${spec.priority ?? 0})`] as const] : []),
    ...(initContainers.length > 0
      ? [['Init Containers', { page: containerPages(initContainers, status.initContainerStatuses ?? []) }] as Field]
      : []),
    ['Containers', { page: containerPages(containers, status.containerStatuses ?? []) }],
    conditions(status.conditions),
    ...volumesField(volumes),
    ['Node-Selectors', pairs(spec.nodeSelector)],
    ['Tolerations', tolerations.map(renderToleration)],
  ];
}

/** The volumes of a pod, or of a template. */
export function volumesField(volumes: readonly Volume[]): Field[] {
  return [['Volumes', volumes.map(renderVolume)]];
}

function renderVolume({ name, ...sources }: Volume): string {
  const [type, source] = Object.entries(sources).find(([, value]) => value !== undefined) ?? ['emptyDir', {}];
  return `${name}: ${type}${renderSource(source as Record<string, unknown>)}`;
}

function renderSource(source: Record<string, unknown>): string {
  const facts = ['name', 'secretName', 'claimName', 'path', 'server', 'medium', 'sizeLimit', 'driver']
    .map((key) => source[key])
    .filter((value) => typeof value === 'string' && value !== '');
  const projected = Array.isArray(source.sources) ? (source.sources as object[]).flatMap((each) => Object.keys(each)) : [];
  const all = [...facts, ...projected];
  return all.length === 0 ? '' : ` (${all.join(', ')})`;
}

function renderToleration({ key, operator, value, effect, tolerationSeconds }: Toleration): string {
  const what = key ? `${key}${value ? `=${value}` : ''}` : '';
  const op = operator === 'Exists' ? ' op=Exists' : '';
  return `${what}${effect ? `:${effect}` : ''}${op}${tolerationSeconds === undefined ? '' : ` for ${tolerationSeconds}s`}`.trim();
}
