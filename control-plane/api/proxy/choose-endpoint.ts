import type { Service } from '../../../lib/kubernetes/types/core-v1.js';
import type { EndpointSlice } from '../../../lib/kubernetes/types/discovery-v1.js';

/**
 * One of the ready pods behind a port of a Service. Pure.
 * @param port name or number of the Service's port; empty: its only one, or the one without a name
 * @param random from 0 to below 1, which of them
 */
export function chooseEndpoint(
  { spec }: Service,
  slices: readonly EndpointSlice[],
  port: string,
  random: number,
): { podName: string; port: number } | undefined {
  const ports = spec?.ports ?? [];
  const wanted =
    port === ''
      ? (ports.find(({ name = '' }) => name === '') ?? (ports.length === 1 ? ports[0] : undefined))
      : ports.find((candidate) => candidate.name === port || String(candidate.port) === port);
  if (!wanted) return undefined;
  const found = slices.flatMap((slice) => {
    const target = (slice.ports ?? []).find(({ name = '' }) => name === (wanted.name ?? ''))?.port;
    if (target === undefined) return [];
    return (slice.endpoints ?? [])
      .filter(({ conditions, targetRef }) => conditions?.ready !== false && targetRef?.kind === 'Pod')
      .map(({ targetRef }) => ({ podName: targetRef?.name ?? '', port: target }));
  });
  return found[Math.floor(random * found.length)];
}
