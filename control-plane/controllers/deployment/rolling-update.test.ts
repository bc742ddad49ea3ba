import { expect } from 'chai';
import fc from 'fast-check';

import type { Deployment, ReplicaSet } from '../../../lib/kubernetes/types/apps-v1.js';
import { makeDeployment, makeReplicaSet } from '../objects/builders.js';
import { computeRollingUpdate } from './rolling-update.js';
import { desiredReplicas, rolloutLimits } from './rollout-limits.js';

describe('rolloutLimits', () => {
  const cases: [number | string, number | string, number, number, number][] = [
    ['25%', '25%', 3, 1, 0],
    ['25%', '25%', 4, 1, 1],
    ['25%', '25%', 10, 3, 2],
    ['30%', '10%', 5, 2, 0],
    ['0%', '0%', 5, 0, 1],
    [0, 0, 5, 0, 1],
    [0, '10%', 5, 0, 1],
    [2, 1, 5, 2, 1],
    ['100%', '100%', 3, 3, 3],
    [0, 9, 3, 0, 3],
    ['25%', '25%', 0, 0, 0],
  ];
  for (const [maxSurge, maxUnavailable, replicas, surge, unavailable] of cases) {
    it(`is +${surge} -${unavailable} for surge ${maxSurge}, unavailable ${maxUnavailable} of ${replicas}`, () => {
      const limits = rolloutLimits(makeDeployment('web', { maxSurge, maxUnavailable, replicas }));
      expect(limits).to.deep.equal({ maxSurge: surge, maxUnavailable: unavailable });
    });
  }

  it('is nothing for Recreate', () => {
    expect(rolloutLimits(makeDeployment('web', { recreate: true }))).to.deep.equal({ maxSurge: 0, maxUnavailable: 0 });
  });
});

describe('computeRollingUpdate', () => {
  const deployment = makeDeployment('web', { replicas: 4, maxSurge: 1, maxUnavailable: 1, image: 'app:2' });
  const sizesOf = (newest: ReplicaSet, ...old: ReplicaSet[]): Record<string, number> =>
    Object.fromEntries(computeRollingUpdate(deployment, newest, old));
  const oldSet = (options: Parameters<typeof makeReplicaSet>[2]): ReplicaSet => makeReplicaSet(deployment, 'old', options);
  const newSet = (options: Parameters<typeof makeReplicaSet>[2]): ReplicaSet => makeReplicaSet(deployment, 'new', options);

  it('grows the new one by the surge first', () => {
    expect(sizesOf(newSet({}), oldSet({ replicas: 4 }))).to.deep.equal({ 'replicaset-web-new': 1 });
  });

  it('shrinks the old one by what may be unavailable', () => {
    expect(sizesOf(newSet({ replicas: 1, available: 0 }), oldSet({ replicas: 4 }))).to.deep.equal({ 'replicaset-web-old': 3 });
  });

  it('waits while new pods are not available', () => {
    expect(sizesOf(newSet({ replicas: 2, available: 0 }), oldSet({ replicas: 3 }))).to.deep.equal({});
  });

  it('removes old pods that serve nobody before those that do', () => {
    const sick = makeReplicaSet(deployment, 'sick', { replicas: 2, available: 0, created: '2026-01-02T00:00:00Z' });
    expect(sizesOf(newSet({ replicas: 1, available: 0 }), oldSet({ replicas: 2 }), sick)).to.deep.equal({
      'replicaset-web-sick': 1,
    });
  });

  it('does not surge while old pods that are no longer wanted still run', () => {
    expect(sizesOf(newSet({ replicas: 2, available: 2 }), oldSet({ replicas: 2, statusReplicas: 3 }))).to.deep.equal({
      'replicaset-web-old': 1,
    });
  });

  it('shrinks the new one when it is too large', () => {
    expect(sizesOf(newSet({ replicas: 6 }))).to.deep.equal({ 'replicaset-web-new': 4 });
  });

  it('does nothing when the rollout is over', () => {
    expect(sizesOf(newSet({ replicas: 4 }), oldSet({}))).to.deep.equal({});
  });

  it('keeps both limits and ends, whatever the order of events', () => {
    const scenario = fc.record({
      replicas: fc.integer({ min: 1, max: 12 }),
      maxSurge: fc.integer({ min: 0, max: 4 }),
      maxUnavailable: fc.integer({ min: 0, max: 4 }),
      oldReady: fc.integer({ min: 0, max: 12 }),
      steps: fc.array(fc.constantFrom('controller', 'pods', 'ready', 'status'), { minLength: 0, maxLength: 60 }),
    });
    fc.assert(
      fc.property(scenario, ({ replicas, maxSurge, maxUnavailable, oldReady, steps }) => {
        const world = new World(makeDeployment('web', { replicas, maxSurge, maxUnavailable }), Math.min(oldReady, replicas));
        for (const step of steps) world.step(step);
        // Whatever has happened, fair turns lead to the end.
        for (let round = 0; round < 6 * replicas + 12; round++) {
          for (const step of ['controller', 'pods', 'ready', 'status'] as const) world.step(step);
        }
        expect(world.sizes()).to.deep.equal({ new: replicas, old: 0 });
      }),
      { numRuns: 300 },
    );
  });
});

interface Pods {
  spec: number;
  running: number;
  available: number;
  seenRunning: number;
  seenAvailable: number;
}

/** Two ReplicaSets whose pods and statuses follow late, in any order. */
class World {
  readonly #deployment: Deployment;
  readonly #new: Pods = { spec: 0, running: 0, available: 0, seenRunning: 0, seenAvailable: 0 };
  readonly #old: Pods;
  readonly #initiallyAvailable: number;

  constructor(deployment: Deployment, oldReady: number) {
    const replicas = desiredReplicas(deployment);
    this.#deployment = deployment;
    this.#initiallyAvailable = oldReady;
    this.#old = { spec: replicas, running: replicas, available: oldReady, seenRunning: replicas, seenAvailable: oldReady };
  }

  step(kind: 'controller' | 'pods' | 'ready' | 'status'): void {
    const sets = [this.#new, this.#old];
    if (kind === 'controller') this.#control();
    if (kind === 'pods') sets.forEach(movePods);
    if (kind === 'ready') this.#new.available = Math.min(this.#new.running, this.#new.available + 1);
    if (kind === 'status') {
      for (const set of sets) Object.assign(set, { seenRunning: set.running, seenAvailable: set.available });
    }
    this.#check();
  }

  sizes(): { new: number; old: number } {
    return { new: this.#new.running, old: this.#old.running };
  }

  #control(): void {
    const objectOf = (hash: string, pods: Pods): ReplicaSet =>
      makeReplicaSet(this.#deployment, hash, {
        replicas: pods.spec,
        statusReplicas: pods.seenRunning,
        available: pods.seenAvailable,
      });
    for (const [uid, size] of computeRollingUpdate(this.#deployment, objectOf('new', this.#new), [objectOf('old', this.#old)])) {
      (uid.endsWith('new') ? this.#new : this.#old).spec = size;
    }
  }

  #check(): void {
    const replicas = desiredReplicas(this.#deployment);
    const { maxSurge, maxUnavailable } = rolloutLimits(this.#deployment);
    expect(this.#new.running + this.#old.running, 'pods').to.be.at.most(replicas + maxSurge);
    const floor = Math.min(this.#initiallyAvailable, replicas - maxUnavailable);
    expect(this.#new.available + this.#old.available, 'available pods').to.be.at.least(floor);
  }
}

/** What the ReplicaSet controller does: pods that are not ready go first. */
function movePods(pods: Pods): void {
  pods.running = pods.spec;
  pods.available = Math.min(pods.available, pods.running);
}
