import type { Service } from '../../../lib/kubernetes/types/core-v1.js';
import type { EnvVar } from '../../../proto/gen/longshore/node/v1/pod.js';

/**
 * Environment variables that tell a container of services, in the two forms of Kubernetes
 * (FOO_SERVICE_HOST, and Docker's former links FOO_PORT_80_TCP_ADDR ...), ordered by name
 * of the service. Headless and ExternalName services have none.
 * Source: kubernetes pkg/kubelet/envvars.
 */
export function serviceEnvironment(services: readonly Service[]): EnvVar[] {
  return services
    .filter(({ spec }) => spec?.clusterIP && spec.clusterIP !== 'None' && (spec.ports?.length ?? 0) > 0)
    .toSorted((a, b) => compare(a.metadata.name ?? '', b.metadata.name ?? ''))
    .flatMap(variablesOf)
    .map(([name, value]) => ({ name, source: { $case: 'value', value } }));
}

function variablesOf(service: Service): [string, string][] {
  const prefix = variableName(service.metadata.name ?? '');
  const host = service.spec?.clusterIP ?? '';
  const ports = service.spec?.ports ?? [];
  const [first] = ports;
  if (!first) return [];
  const url = (port: (typeof ports)[number]): string => `${(port.protocol ?? 'TCP').toLowerCase()}://${host}:${port.port}`;
  return [
    [`${prefix}_SERVICE_HOST`, host],
    [`${prefix}_SERVICE_PORT`, String(first.port)],
    ...ports.flatMap((port): [string, string][] =>
      port.name ? [[`${prefix}_SERVICE_PORT_${variableName(port.name)}`, String(port.port)]] : [],
    ),
    [`${prefix}_PORT`, url(first)],
    ...ports.flatMap((port): [string, string][] => {
      const protocol = port.protocol ?? 'TCP';
      const link = `${prefix}_PORT_${port.port}_${protocol}`;
      return [
        [link, url(port)],
        [`${link}_PROTO`, protocol.toLowerCase()],
        [`${link}_PORT`, String(port.port)],
        [`${link}_ADDR`, host],
      ];
    }),
  ];
}

function variableName(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
