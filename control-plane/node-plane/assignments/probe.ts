import type {
  Container,
  HTTPGetAction,
  LifecycleHandler as KubeHandler,
  Probe as KubeProbe,
} from '../../../lib/kubernetes/types/core-v1.js';
import type { HttpGetAction, LifecycleHandler, Probe } from '../../../proto/gen/longshore/node/v1/pod.js';

/** A probe with its defaults, and its named port as a number. */
export function probe(source: KubeProbe | undefined, container: Container): Probe | undefined {
  if (!source) return undefined;
  return {
    handler: handlerOf(source, container),
    initialDelaySeconds: source.initialDelaySeconds ?? 0,
    timeoutSeconds: source.timeoutSeconds ?? 1,
    periodSeconds: source.periodSeconds ?? 10,
    successThreshold: source.successThreshold ?? 1,
    failureThreshold: source.failureThreshold ?? 3,
    terminationGracePeriodSeconds: source.terminationGracePeriodSeconds,
  };
}

export function lifecycleHandler(source: KubeHandler | undefined, container: Container): LifecycleHandler | undefined {
  if (!source) return undefined;
  const { exec, httpGet, tcpSocket, sleep } = source;
  if (exec) return { handler: { $case: 'exec', value: { command: exec.command ?? [] } } };
  if (httpGet) return { handler: { $case: 'httpGet', value: httpGetAction(httpGet, container) } };
  if (tcpSocket) {
    return { handler: { $case: 'tcpSocket', value: { port: portOf(tcpSocket.port, container), host: tcpSocket.host ?? '' } } };
  }
  if (sleep) return { handler: { $case: 'sleep', value: { seconds: sleep.seconds } } };
  return undefined;
}

function handlerOf({ exec, httpGet, tcpSocket, grpc }: KubeProbe, container: Container): Probe['handler'] {
  if (exec) return { $case: 'exec', value: { command: exec.command ?? [] } };
  if (httpGet) return { $case: 'httpGet', value: httpGetAction(httpGet, container) };
  if (tcpSocket) return { $case: 'tcpSocket', value: { port: portOf(tcpSocket.port, container), host: tcpSocket.host ?? '' } };
  if (grpc) return { $case: 'grpc', value: { port: grpc.port, service: grpc.service ?? '' } };
  return undefined;
}

function httpGetAction(source: HTTPGetAction, container: Container): HttpGetAction {
  return {
    path: source.path ?? '/',
    port: portOf(source.port, container),
    host: source.host ?? '',
    scheme: source.scheme ?? 'HTTP',
    headers: (source.httpHeaders ?? []).map(({ name, value }) => ({ name, value })),
  };
}

/** 0 when no port of the container has that name: the probe then fails and says so. */
function portOf(port: number | string, container: Container): number {
  if (typeof port === 'number') return port;
  const named = container.ports?.find(({ name }) => name === port);
  return named?.containerPort ?? (/^\d+$/.test(port) ? Number(port) : 0);
}
