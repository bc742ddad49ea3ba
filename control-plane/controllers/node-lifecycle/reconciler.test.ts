import { expect } from 'chai';
import { Registry } from 'prom-client';

import { FakeClock } from '../../../lib/clock/fake-clock.js';
import type { Lease } from '../../../lib/kubernetes/types/coordination-v1.js';
import { silentLogger } from '../../../lib/log/logger.js';
import { Resources } from '../../resources/resources.js';
import { openStore } from '../../store/open-store.js';
import type { RecordedEvent } from '../controller-context.js';
import { createControllerMetrics } from '../controller-metrics.js';
import { makeNode } from '../objects/builders.js';
import { readinessOf } from './node-conditions.js';
import { podsByNode } from './node-pods.js';
import { leaseNamespace, NodeReconciler } from './reconciler.js';

const graceMs = 8_000;

/** A reconciler over a store of its own, its clock moved by hand. */
class Fixture {
  readonly clock = new FakeClock();
  readonly events: RecordedEvent[] = [];
  resources!: Resources;
  reconciler!: NodeReconciler;
  readonly #stop = new AbortController();

  async start(names: readonly string[]): Promise<void> {
    const log = silentLogger;
    const store = await openStore({ driver: 'memory', path: '', clock: this.clock, log });
    this.resources = new Resources({ store, clock: this.clock, log });
    await this.resources
      .client('namespaces')
      .create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: leaseNamespace }, spec: {} });
    for (const name of names) {
      await this.resources.client('nodes').create({ apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: {} });
      await this.heartbeat(name);
    }
    this.restart();
    void this.resources.run(this.#stop.signal);
    await this.resources.informer('nodes').synced();
  }

  /** As a new control plane does, on the same store. */
  restart(): void {
    const { resources, clock } = this;
    const pods = resources.informer('pods', { indexes: { [podsByNode]: (pod) => pod.spec.nodeName } });
    const recorder = { record: (event: RecordedEvent): void => void this.events.push(event) };
    const context = { resources, clock, recorder, log: silentLogger, metrics: createControllerMetrics(new Registry()) };
    this.reconciler = new NodeReconciler({
      context,
      nodes: resources.informer('nodes'),
      pods,
      graceMs,
      onBrake: () => undefined,
    });
  }

  /** What the node plane does. */
  async heartbeat(name: string): Promise<void> {
    const leases = this.resources.client('leases.coordination.k8s.io');
    const renewTime = `${new Date(this.clock.now()).toISOString().slice(0, -1)}000Z`;
    const renewed = await leases.modify(leaseNamespace, name, (draft) => {
      draft.spec = { renewTime };
    });
    if (!renewed) {
      await leases.create({
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { namespace: leaseNamespace, name },
        spec: { renewTime },
      });
    }
    await this.resources.client('nodes').modify(
      '',
      name,
      (draft) => {
        if (readinessOf(draft) === 'True') return false;
        draft.status = makeNode(name).status ?? {};
      },
      { subresource: 'status' },
    );
  }

  /** Lets time pass in steps, heartbeats and rounds as they come. */
  async pass(ms: number, alive: readonly string[]): Promise<void> {
    for (let passed = 0; passed < ms; passed += 500) {
      await this.clock.advance(500);
      if (passed % 2_000 === 1_500) for (const name of alive) await this.heartbeat(name);
      await this.clock.advance(0);
      for (const { metadata } of this.resources.informer('nodes').list()) {
        await this.reconciler.reconcile(metadata.name, await this.lease(metadata.name));
        await this.clock.advance(0);
      }
    }
  }

  lease(name: string): Promise<Lease | undefined> {
    return this.resources.client('leases.coordination.k8s.io').get(leaseNamespace, name);
  }

  async state(name: string): Promise<string> {
    const node = await this.resources.client('nodes').get('', name);
    const taints = (node?.spec.taints ?? []).map(({ effect }) => effect).join('+');
    return node ? `${readinessOf(node)} ${taints}`.trim() : 'absent';
  }

  stop(): void {
    this.#stop.abort();
  }
}

describe('NodeReconciler', () => {
  const names = ['n1', 'n2', 'n3'];
  let fixture: Fixture;

  beforeEach(async () => {
    fixture = new Fixture();
    await fixture.start(names);
  });

  afterEach(() => fixture.stop());

  it('leaves nodes alone that renew their leases', async () => {
    await fixture.pass(60_000, names);
    expect(await Promise.all(names.map((name) => fixture.state(name)))).to.deep.equal(['True', 'True', 'True']);
    expect(fixture.events).to.deep.equal([]);
  });

  it('makes no brake noise over a cluster that starts, and judges a node that never becomes ready', async () => {
    const starting = new Fixture();
    await starting.start([]);
    try {
      await starting.resources.client('nodes').create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'new' }, spec: {} });
      await starting.pass(7_000, []);
      expect(starting.events).to.deep.equal([]);
      await starting.pass(3_000, []);
      expect(starting.events.map(({ reason }) => reason)).to.include('EvictionBrakeOn');
      expect(await starting.state('new')).to.match(/^Unknown/);
    } finally {
      starting.stop();
    }
  });

  it('finds a silent node lost after its grace period, and takes it back', async () => {
    await fixture.pass(6_000, names);
    await fixture.pass(7_000, ['n2', 'n3']);
    expect(await fixture.state('n1')).to.equal('True');
    await fixture.pass(2_000, ['n2', 'n3']);
    expect(await fixture.state('n1')).to.equal('Unknown NoSchedule+NoExecute');
    await fixture.pass(3_000, names);
    expect(await fixture.state('n1')).to.equal('True');
  });

  it('gives every node its full grace period after a start, however old the leases are', async () => {
    await fixture.pass(4_000, names);
    await fixture.clock.advance(3_600_000);
    fixture.restart();
    await fixture.pass(7_000, []);
    expect(await Promise.all(names.map((name) => fixture.state(name)))).to.deep.equal(['True', 'True', 'True']);
  });

  it('does not take its own pause for silence of the nodes', async () => {
    await fixture.pass(4_000, names);
    await fixture.clock.advance(30_000);
    await fixture.pass(3_000, names);
    expect(await Promise.all(names.map((name) => fixture.state(name)))).to.deep.equal(['True', 'True', 'True']);
  });

  it('puts on no evicting taint when most nodes fall silent, and grants full grace when they return', async () => {
    await fixture.pass(4_000, names);
    await fixture.pass(20_000, ['n3']);
    expect(await fixture.state('n1')).to.equal('Unknown NoSchedule');
    expect(fixture.events.map(({ reason }) => reason)).to.include('EvictionBrakeOn');
    await fixture.pass(6_000, ['n2', 'n3']);
    expect(await fixture.state('n1'), 'within the new grace period').to.equal('Unknown NoSchedule');
    await fixture.pass(8_000, ['n2', 'n3']);
    expect(await fixture.state('n1'), 'after it').to.equal('Unknown NoSchedule+NoExecute');
  });
});
