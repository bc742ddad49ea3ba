import { isIPv4 } from 'node:net';

import { addressAt, contains, sizeOf, toNumber } from '../../../lib/net/cidr.js';
import type { Service, ServicePort } from '../../../lib/kubernetes/types/core-v1.js';
import { LongshoreError } from '../../../lib/errors/errors.js';
import { invalid, invalidObject, type FieldCause } from '../causes.js';
import type { AdmissionContext } from '../definition.js';
import { needsClusterIp, needsNodePorts } from './service-defaults.js';

const addressPrefix = '/ranges/clusterips/';
const nodePortPrefix = '/ranges/nodeports/';
/** Random picks before all that is taken is looked at. */
const picks = 16;

/** Markers of what a service has: one a cluster address, one a node port number. */
export function serviceClaims({ spec }: Service): string[] {
  const claims: string[] = [];
  if (needsClusterIp(spec) && spec.clusterIP) claims.push(addressPrefix + spec.clusterIP);
  for (const port of spec.ports ?? [])
    if (needsNodePorts(spec) && port.nodePort) claims.push(`${nodePortPrefix}${port.nodePort}`);
  return [...new Set(claims)];
}

/** Where all markers of services stand. */
export const serviceClaimPrefixes: readonly string[] = [addressPrefix, nodePortPrefix];

/**
 * Gives a service its cluster address and node ports, or checks those that it asks for.
 * The registry writes the markers in the transaction that writes the service; when
 * somebody else was faster it comes here again. Changes `service`.
 * @throws LongshoreError InvalidArgument when what was asked for is taken or out of range,
 *   ResourceExhausted when nothing is left
 */
export async function allocateService(service: Service, previous: Service | undefined, context: AdmissionContext): Promise<void> {
  const own = new Set(previous ? serviceClaims(previous) : []);
  const isTaken = async (claim: string): Promise<boolean> => !own.has(claim) && (await context.claimedBy(claim)) !== undefined;
  const causes = [...(await allocateAddress(service, isTaken, context)), ...(await allocateNodePorts(service, isTaken, context))];
  if (causes.length > 0) throw invalidObject('Service', '', service.metadata.name, causes);
}

type IsTaken = (claim: string) => Promise<boolean>;

async function allocateAddress({ spec }: Service, isTaken: IsTaken, context: AdmissionContext): Promise<FieldCause[]> {
  if (spec.type === 'ExternalName') return [];
  if (needsClusterIp(spec)) {
    const { serviceCidr } = context.settings;
    if (spec.clusterIP) {
      const problem = await addressProblem(spec.clusterIP, serviceCidr, isTaken);
      if (problem !== undefined) return [invalid('spec.clusterIPs', [spec.clusterIP], problem)];
    } else {
      const size = sizeOf(serviceCidr);
      // The lower part is for those who ask for an address, as in Kubernetes.
      const reserved = Math.min(Math.max(16, Math.floor(size / 16)), 256);
      const index = await pick(
        { first: 1, dynamic: reserved + 1, last: size - 2 },
        (candidate) => addressPrefix + addressAt(serviceCidr, candidate),
        {
          isTaken,
          context,
          prefix: addressPrefix,
        },
      );
      if (index === undefined) throw exhausted(`range ${serviceCidr} is full`);
      spec.clusterIP = addressAt(serviceCidr, index);
    }
  }
  if (spec.clusterIP) spec.clusterIPs ??= [spec.clusterIP];
  return [];
}

async function addressProblem(address: string, cidr: string, isTaken: IsTaken): Promise<string | undefined> {
  const offset = isIPv4(address) && contains(cidr, address) ? toNumber(address) - toNumber(addressAt(cidr, 0)) : -1;
  if (offset < 1 || offset > sizeOf(cidr) - 2) {
    return `failed to allocate IP ${address}: the provided IP (${address}) is not in the valid range. The range of valid IPs is ${cidr}`;
  }
  return (await isTaken(addressPrefix + address))
    ? `failed to allocate IP ${address}: provided IP is already allocated`
    : undefined;
}

async function allocateNodePorts({ spec }: Service, isTaken: IsTaken, context: AdmissionContext): Promise<FieldCause[]> {
  if (!needsNodePorts(spec)) return [];
  const [first, last] = context.settings.nodePorts;
  const causes: FieldCause[] = [];
  const ports = spec.ports ?? [];
  for (const [index, port] of ports.entries()) {
    if (!port.nodePort) continue;
    const field = `spec.ports[${index}].nodePort`;
    if (port.nodePort < first || port.nodePort > last) {
      const detail = `provided port is not in the valid range. The range of valid ports is ${first}-${last}`;
      causes.push(invalid(field, port.nodePort, detail));
    } else if (await isTaken(`${nodePortPrefix}${port.nodePort}`)) {
      causes.push(invalid(field, port.nodePort, 'provided port is already allocated'));
    }
  }
  for (const port of ports) if (!port.nodePort) port.nodePort = await freeNodePort(port, ports, isTaken, context);
  return causes;
}

/** TCP and UDP of one port number share a node port, as in Kubernetes; else a free one. */
async function freeNodePort(
  port: ServicePort,
  ports: readonly ServicePort[],
  isTaken: IsTaken,
  context: AdmissionContext,
): Promise<number> {
  const twin = ports.find((other) => other.port === port.port && other.protocol !== port.protocol && other.nodePort);
  if (twin?.nodePort) return twin.nodePort;
  const [first, last] = context.settings.nodePorts;
  const reserved = Math.min(Math.max(16, Math.floor((last - first + 1) / 32)), 128);
  const sibling = async (claim: string): Promise<boolean> =>
    ports.some((other) => other.nodePort !== undefined && claim === `${nodePortPrefix}${other.nodePort}`) ||
    (await isTaken(claim));
  const found = await pick(
    { first, dynamic: Math.min(last, first + reserved), last },
    (candidate) => `${nodePortPrefix}${candidate}`,
    {
      isTaken: sibling,
      context,
      prefix: nodePortPrefix,
    },
  );
  if (found === undefined) throw exhausted('range of node ports is full');
  return found;
}

/** A free number: some at random from the dynamic part, then the first one free there, then below. */
async function pick(
  range: { first: number; dynamic: number; last: number },
  claimOf: (candidate: number) => string,
  using: { isTaken: IsTaken; context: AdmissionContext; prefix: string },
): Promise<number | undefined> {
  const { first, last } = range;
  const dynamic = Math.min(range.dynamic, last);
  for (let attempt = 0; attempt < picks; attempt++) {
    const candidate = dynamic + using.context.randomInt(last - dynamic + 1);
    if (!(await using.isTaken(claimOf(candidate)))) return candidate;
  }
  const taken = new Set(await using.context.claims(using.prefix));
  for (let candidate = last; candidate >= first; candidate--) {
    const claim = claimOf(candidate);
    if (!taken.has(claim) && !(await using.isTaken(claim))) return candidate;
  }
  return undefined;
}

function exhausted(message: string): LongshoreError {
  return new LongshoreError('ResourceExhausted', `failed to allocate: ${message}`);
}
