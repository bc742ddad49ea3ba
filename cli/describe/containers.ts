import type {
  Container,
  ContainerState,
  ContainerStatus,
  EnvVar,
  Probe,
  VolumeMount,
} from '../../lib/kubernetes/types/core-v1.js';
import { pairs } from './common.js';
import type { Field, Page } from './page.js';

/** A page for each container of a pod, or of a template: without statuses. */
export function containerPages(containers: readonly Container[], statuses: readonly ContainerStatus[] | undefined): Page {
  return containers.map((container) => {
    const status = statuses?.find(({ name }) => name === container.name);
    return [
      container.name,
      { page: [...statics(container, status), ...(statuses ? states(status) : []), ...settings(container)] },
    ];
  });
}

function statics({ image, ports = [], command, args }: Container, status: ContainerStatus | undefined): Field[] {
  return [
    ...(status?.containerID ? [['Container ID', status.containerID] as const] : []),
    ['Image', image ?? ''],
    ...(status?.imageID ? [['Image ID', status.imageID] as const] : []),
    [
      'Ports',
      ports.map(
        ({ containerPort, protocol = 'TCP', name, hostPort }) =>
          `${containerPort}/${protocol}${name ? ` (${name})` : ''}${hostPort ? ` on the host's ${hostPort}` : ''}`,
      ),
    ],
    ...(command ? [['Command', command] as const] : []),
    ...(args ? [['Args', args] as const] : []),
  ];
}

function states(status: ContainerStatus | undefined): Field[] {
  return [
    ...state('State', status?.state ?? { waiting: {} }),
    ...state('Last State', status?.lastState ?? {}),
    ['Ready', status?.ready ? 'True' : 'False'],
    ['Restart Count', String(status?.restartCount ?? 0)],
  ];
}

function state(label: string, { running, waiting, terminated }: ContainerState): Field[] {
  if (running)
    return [
      [label, 'Running'],
      ['  Started', running.startedAt ?? ''],
    ];
  if (waiting) return [[label, 'Waiting'], ...text('  Reason', waiting.reason), ...text('  Message', waiting.message)];
  if (!terminated) return [];
  const { reason, message, exitCode, signal, startedAt, finishedAt } = terminated;
  return [
    [label, 'Terminated'],
    ...text('  Reason', reason),
    ...text('  Message', message),
    ['  Exit Code', String(exitCode)],
    ...text('  Signal', signal ? String(signal) : undefined),
    ...text('  Started', startedAt),
    ...text('  Finished', finishedAt),
  ];
}

function settings(container: Container): Field[] {
  const { resources, livenessProbe, readinessProbe, startupProbe, env = [], envFrom = [], volumeMounts = [] } = container;
  return [
    ...(resources?.limits ? [['Limits', pairs(resources.limits, ': ')] as const] : []),
    ...(resources?.requests ? [['Requests', pairs(resources.requests, ': ')] as const] : []),
    ...probe('Liveness', livenessProbe),
    ...probe('Readiness', readinessProbe),
    ...probe('Startup', startupProbe),
    ...(envFrom.length > 0
      ? [
          [
            'Environment From',
            envFrom.map(({ configMapRef, secretRef }) =>
              configMapRef ? `ConfigMap ${configMapRef.name ?? ''}` : `Secret ${secretRef?.name ?? ''}`,
            ),
          ] as const,
        ]
      : []),
    ['Environment', env.map(renderVariable)],
    ['Mounts', volumeMounts.map(renderMount)],
  ];
}

function renderVariable({ name, value, valueFrom }: EnvVar): string {
  if (!valueFrom) return `${name}: ${value ?? ''}`;
  const { configMapKeyRef: map, secretKeyRef: secret, fieldRef, resourceFieldRef } = valueFrom;
  if (map) return `${name}: <key ${map.key} of ConfigMap ${map.name ?? ''}>`;
  if (secret) return `${name}: <key ${secret.key} of Secret ${secret.name ?? ''}>`;
  return `${name}: <${fieldRef?.fieldPath ?? resourceFieldRef?.resource ?? 'somewhere else'}>`;
}

function renderMount({ mountPath, name, readOnly, subPath }: VolumeMount): string {
  return `${mountPath} from ${name}${subPath ? `/${subPath}` : ''} (${readOnly ? 'ro' : 'rw'})`;
}

function probe(label: string, given: Probe | undefined): Field[] {
  if (!given) return [];
  const { httpGet, tcpSocket, exec, grpc } = given;
  const what = httpGet
    ? `http-get ${(httpGet.scheme ?? 'HTTP').toLowerCase()}://${httpGet.host ?? ''}:${httpGet.port}${httpGet.path ?? '/'}`
    : tcpSocket
      ? `tcp-socket ${tcpSocket.host ?? ''}:${tcpSocket.port}`
      : exec
        ? `exec [${(exec.command ?? []).join(' ')}]`
        : `grpc :${grpc?.port ?? ''}`;
  const { initialDelaySeconds = 0, timeoutSeconds = 1, periodSeconds = 10, successThreshold = 1, failureThreshold = 3 } = given;
  return [
    [
      label,
      `${what} delay=${initialDelaySeconds}s timeout=${timeoutSeconds}s period=${periodSeconds}s #success=${successThreshold} #failure=${failureThreshold}`,
    ],
  ];
}

function text(label: string, value: string | undefined): Field[] {
  return value ? [[label, value]] : [];
}
