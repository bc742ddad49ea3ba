import { expect } from 'chai';
import fc from 'fast-check';

import type { ObservedContainer, ObservedSandbox } from '../runtime/container-runtime.js';
import type { DesiredPod } from './desired-pod.js';
import { nextStep } from './next-step.js';
import { makeContainer, makeObserved, makeObservedPod, makePod, makeSandbox, startMs } from './testing/builders.js';
import { ModelNode } from './testing/model-node.js';

const names = ['setup', 'proxy', 'web', 'log'];
const sandboxes = fc
  .uniqueArray(fc.record({ attempt: fc.nat(2), state: fc.constantFrom('created', 'running', 'exited') }), {
    selector: ({ attempt }) => attempt,
  })
  .map((all): ObservedSandbox[] => all.map((sandbox) => makeSandbox(sandbox)));
const containers = fc
  .uniqueArray(
    fc.record({
      name: fc.constantFrom(...names, 'stranger'),
      attempt: fc.nat(3),
      sandboxAttempt: fc.nat(2),
      state: fc.constantFrom('created', 'running', 'exited'),
      exitCode: fc.constantFrom(0, 1),
      changed: fc.boolean(),
    }),
    { selector: ({ name, attempt }) => `${name}/${attempt}`, maxLength: 8 },
  )
  .map((all): ObservedContainer[] =>
    all.map(({ changed, ...container }) => makeObserved({ ...container, ...(changed ? { specHash: 'older' } : {}) })),
  );
const policies = fc.constantFrom('Always', 'OnFailure', 'Never');
const exitCodes = fc.record({
  setup: fc.constant(0),
  web: fc.option(fc.constantFrom(0, 1)),
  log: fc.option(fc.constantFrom(0, 1)),
});

function podOf(restartPolicy: string, deleted: boolean): DesiredPod {
  const initContainers = [makeContainer('setup'), makeContainer('proxy', { restartPolicy: 'Always' })];
  const deletion = deleted ? { deletionTime: new Date(startMs), deletionGracePeriodSeconds: 5 } : {};
  return makePod('p', { restartPolicy, initContainers, containers: [makeContainer('web'), makeContainer('log')] }, deletion);
}

/** Takes steps until there is nothing to do now. Fails when that takes suspiciously many. */
function settle(node: ModelNode, desired: DesiredPod, restartAfter?: number): void {
  for (let taken = 0; taken < 100; taken += 1) {
    const step = nextStep(node.snapshot(desired));
    if (step.kind === 'Done') return;
    if (step.kind === 'Wait') {
      if (!node.containers.some(({ name, state }) => name === 'setup' && state === 'running')) return;
      node.letContainersEnd();
    }
    node.carryOut(step, desired);
    if (taken === restartAfter) node.restartAgent();
  }
  throw new Error('does not settle');
}

function shape(node: ModelNode): unknown {
  return {
    containers: node.containers.map(({ name, state, attempt }) => `${name}/${attempt} ${state}`).sort(),
    sandboxes: node.sandboxes.map(({ attempt, state }) => `${attempt} ${state}`).sort(),
    outcome: node.record.outcome,
  };
}

describe('nextStep, from any state', () => {
  const world = fc.record({ sandboxes, containers, exitCodes, policy: policies, deleted: fc.boolean() });
  type World = typeof world extends fc.Arbitrary<infer T> ? T : never;
  const nodeOf = ({ sandboxes: some, containers: all, exitCodes: codes }: World): ModelNode =>
    new ModelNode({
      nowMs: startMs + 5000,
      observed: makeObservedPod(some, all),
      exitCodes: new Map(Object.entries(codes).flatMap(([name, code]) => (code === null ? [] : [[name, code]]))),
      record: { startTimeMs: startMs, restartBase: {} },
    });

  it('settles, and stays settled', () => {
    fc.assert(
      fc.property(world, (given) => {
        const desired = podOf(given.policy, given.deleted);
        const node = nodeOf(given);
        settle(node, desired);
        const before = shape(node);
        settle(node, desired);
        expect(shape(node)).to.deep.equal(before);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves nothing of a deleted pod', () => {
    fc.assert(
      fc.property(world, (given) => {
        const node = nodeOf(given);
        settle(node, podOf(given.policy, true));
        expect(shape(node)).to.deep.include({ containers: [], sandboxes: [] });
      }),
    );
  });

  it('comes to the same end when the agent restarts after any step, and starts nothing twice', () => {
    fc.assert(
      fc.property(world, fc.nat(20), (given, restartAfter) => {
        const desired = podOf(given.policy, given.deleted);
        const steady = nodeOf(given);
        settle(steady, desired);
        const restarted = nodeOf(given);
        settle(restarted, desired, restartAfter);
        expect(shape(restarted)).to.deep.equal(shape(steady));
        expect(restarted.starts).to.deep.equal(steady.starts);
      }),
      { numRuns: 500 },
    );
  });

  it('restarts with growing pauses, however long it goes on', () => {
    fc.assert(
      fc.property(world, (given) => {
        const desired = podOf('Always', false);
        const node = nodeOf({ ...given, exitCodes: { setup: 0, web: 1, log: null } });
        for (let second = 0; second < 400; second += 1) {
          settle(node, desired);
          node.letContainersEnd();
          node.nowMs += 1000;
        }
        expect(node.starts.filter((start) => start.startsWith('web/')).length).to.be.at.most(9);
      }),
      { numRuns: 20 },
    );
  });
});
