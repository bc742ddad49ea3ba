import { mkdir, rm } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';

import { LongshoreError } from '../../lib/errors/errors.js';
import { findFreePorts } from '../../lib/local-cluster/free-ports.js';
import { writeOwner } from './owner.js';
import { requireOwn, slotsRoot } from './slots-root.js';

/** Everything that a cluster must not share with another on this host, claimed by one test run. */
export interface Slot {
  /** The claim itself: whoever made this folder has the slot. */
  readonly dir: string;
  readonly clusterDir: string;
  readonly addresses: { apiPort: number; podNet: number; serviceNet: number };
  release(): Promise<void>;
}

/** Docker slots: pods 10.200.0.0/16 to 10.218, services 10.225 to 10.243, a hundred ports each from 11000 on. */
const dockerSlots = { count: 19, firstPort: 11_000, ports: 100, podNet: 200, serviceNet: 225 };
/** Fake slots have no addresses on the host, and few ports, from 13000 on. */
const fakeSlots = { count: 400, firstPort: 13_000, ports: 10, podNet: 244, serviceNet: 96 };

/**
 * Takes the first free slot. Making its folder is the claim, which of several processes only
 * one can do; what else uses the host's addresses and ports is looked at too.
 * @throws LongshoreError ResourceExhausted
 */
export async function claimSlot(runtime: 'docker' | 'fake', nodes: number): Promise<Slot> {
  const kind = runtime === 'docker' ? dockerSlots : fakeSlots;
  const root = await slotsRoot(runtime);
  await mkdir(root, { recursive: true, mode: 0o711 });
  await requireOwn(root);
  // Fake runs begin each at a number of their own: side by side they do not all try the same slots.
  const start = runtime === 'fake' ? process.pid % kind.count : 0;
  for (let step = 0; step < kind.count; step++) {
    const number = (start + step) % kind.count;
    const slot = await claimNumber(runtime, join(root, `${runtime}-${number}`), number, nodes);
    if (slot) return slot;
  }
  throw new LongshoreError(
    'ResourceExhausted',
    `all ${kind.count} places for ${runtime} clusters of this host are taken: ${root} has them`,
  );
}

async function claimNumber(runtime: 'docker' | 'fake', dir: string, number: number, nodes: number): Promise<Slot | undefined> {
  const kind = runtime === 'docker' ? dockerSlots : fakeSlots;
  try {
    await mkdir(dir, { mode: 0o711 });
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw thrown;
  }
  const release = (): Promise<void> => rm(dir, { recursive: true, force: true });
  await writeOwner(dir);
  const first = kind.firstPort + number * kind.ports;
  const wanted = runtime === 'docker' ? 3 + 2 * nodes : 4;
  const apiPort = await lowestFree(first, wanted, kind.ports);
  const [podNet, serviceNet] =
    runtime === 'docker' ? [kind.podNet + number, kind.serviceNet + number] : [kind.podNet, kind.serviceNet];
  if (apiPort === undefined || (runtime === 'docker' && hostHas(podNet, serviceNet))) {
    await release();
    return undefined;
  }
  return { dir, clusterDir: join(dir, 'cluster'), addresses: { apiPort, podNet, serviceNet }, release };
}

/** The first port, when as many as are wanted are free within the slot's own. */
async function lowestFree(first: number, wanted: number, available: number): Promise<number | undefined> {
  const ports = await findFreePorts(first, Math.min(wanted, available)).catch(() => []);
  return ports.length > 0 && (ports.at(-1) ?? 0) < first + available ? ports[0] : undefined;
}

function hostHas(...nets: number[]): boolean {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses.some(({ address }) => nets.some((net) => address.startsWith(`10.${net}.`)));
}
