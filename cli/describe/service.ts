import type { Service, ServicePort } from '../../lib/kubernetes/types/core-v1.js';
import type { EndpointSlice } from '../../lib/kubernetes/types/discovery-v1.js';
import { head, pairs } from './common.js';
import type { Page } from './page.js';

/** @param slices the endpoint slices of the service */
export function describeService({ metadata, spec, status }: Service, slices: readonly EndpointSlice[]): Page {
  const ingress = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? '');
  return [
    ...head(metadata),
    ['Selector', pairs(spec.selector)],
    ['Type', spec.type ?? 'ClusterIP'],
    ['IPs', spec.clusterIPs ?? (spec.clusterIP ? [spec.clusterIP] : [])],
    ...(spec.externalName ? [['External Name', spec.externalName] as const] : []),
    ...((spec.externalIPs ?? []).length > 0 ? [['External IPs', spec.externalIPs ?? []] as const] : []),
    ...(ingress.length > 0 ? [['Load Balancer', ingress] as const] : []),
    ['Session Affinity', spec.sessionAffinity ?? 'None'],
    [
      'Ports',
      {
        table: [['Name', 'Port', 'Target', 'Node Port', 'Endpoints'], ...(spec.ports ?? []).map((port) => portRow(port, slices))],
      },
    ],
    ['Not Ready', notReady(slices)],
  ];
}

const mostEndpoints = 5;

function portRow(port: ServicePort, slices: readonly EndpointSlice[]): string[] {
  const { name = '', protocol = 'TCP', targetPort = port.port, nodePort } = port;
  const endpoints = slices.flatMap(({ ports, endpoints: all = [] }) =>
    (ports ?? [])
      .filter((each) => (each.name ?? '') === name)
      .flatMap((each) =>
        all
          .filter(({ conditions }) => conditions?.ready !== false)
          .flatMap(({ addresses }) => addresses.map((address) => `${address}:${each.port ?? ''}`)),
      ),
  );
  const more = endpoints.length - mostEndpoints;
  const shown = [...endpoints.slice(0, mostEndpoints), ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
  return [
    name || '<unset>',
    `${port.port}/${protocol}`,
    String(targetPort),
    nodePort ? `${nodePort}/${protocol}` : '<none>',
    shown || '<none>',
  ];
}

function notReady(slices: readonly EndpointSlice[]): string[] {
  return slices.flatMap(({ endpoints = [] }) =>
    endpoints
      .filter(({ conditions }) => conditions?.ready === false)
      .map(
        ({ addresses, targetRef, conditions }) =>
          `${addresses.join(', ')}${targetRef?.name ? ` (${targetRef.name})` : ''}${conditions?.terminating ? ', terminating' : ''}`,
      ),
  );
}
