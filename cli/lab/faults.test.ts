import { expect } from 'chai';

import type { LongshoreError } from '../../lib/errors/errors.js';
import { computeBreak, computeRepair, type FaultKind, faultKinds, faultsOf, parseInsideView, type Steps } from './faults.js';
import type { LabContainer } from './lab-container.js';

const container = (overrides: Partial<LabContainer> = {}): LabContainer => ({
  id: 'c1',
  name: 'node-1',
  service: 'node',
  state: 'running',
  exitCode: 0,
  baseImage: '',
  address: '172.18.0.3',
  connected: true,
  published: new Map(),
  mounts: new Map(),
  ...overrides,
});
const words = (steps: Steps): string[] => steps.map((step) => step.join(' ').replace('/opt/longshore/lab/image/', ''));

describe('parseInsideView', () => {
  it('reads faults and disk', () => {
    expect(parseInsideView('partition\ndisk-full\ndisk 5 10\n')).to.deep.equal({
      faults: ['partition', 'disk-full'],
      disk: { usedBytes: 5, sizeBytes: 10 },
    });
    expect(parseInsideView('')).to.deep.equal({ faults: [], disk: undefined });
  });
});

describe('computeBreak', () => {
  it('adds a fault to those that there are', () => {
    expect(words(computeBreak(container(), 'loss', ['slow']))).to.deep.equal(['exec c1 faults.sh apply slow loss']);
    expect(words(computeBreak(container(), 'kill', ['slow']))).to.deep.equal(['kill c1']);
    expect(words(computeBreak(container({ state: 'paused' }), 'kill', []))).to.deep.equal(['kill c1']);
  });

  it('has nothing to do a second time', () => {
    const after: Record<FaultKind, LabContainer> = {
      kill: container({ state: 'exited', exitCode: 137 }),
      pause: container({ state: 'paused' }),
      partition: container(),
      slow: container(),
      loss: container(),
      'disk-full': container(),
    };
    for (const how of faultKinds) {
      const present = how === 'kill' || how === 'pause' ? [] : [how];
      expect(computeBreak(after[how], how, present), how).to.deep.equal([]);
    }
  });

  const refusals: [string, LabContainer, FaultKind, string, RegExp][] = [
    ['a full disk of the control plane', container({ service: 'control-plane' }), 'disk-full', 'InvalidArgument', /say a node/],
    ['to pause what does not run', container({ state: 'exited' }), 'pause', 'FailedPrecondition', /repair node-1 starts it/],
    ['to reach into a paused node', container({ state: 'paused' }), 'loss', 'FailedPrecondition', /repair node-1 lets it go on/],
  ];
  for (const [what, subject, how, code, message] of refusals) {
    it(`refuses ${what}`, () => {
      try {
        computeBreak(subject, how, []);
        expect.fail('it was not refused');
      } catch (thrown) {
        expect((thrown as LongshoreError).code).to.equal(code);
        expect((thrown as LongshoreError).message).to.match(message);
      }
    });
  }
});

describe('computeRepair', () => {
  const clear = 'exec c1 faults.sh apply';
  const cases: [string, Partial<LabContainer>, string[]][] = [
    ['a running container', {}, [clear]],
    ['a killed one', { state: 'exited' }, ['start c1', clear]],
    ['a paused one', { state: 'paused' }, ['unpause c1', clear]],
    ['one that was cut off by hand', { connected: false }, ['network connect --alias node lab_default c1', clear]],
    [
      'one that is cut off and killed',
      { connected: false, state: 'exited' },
      ['network connect --alias node lab_default c1', 'start c1', clear],
    ],
  ];
  for (const [what, overrides, expected] of cases) {
    it(`makes ${what} whole`, () => {
      expect(words(computeRepair('lab', container(overrides)))).to.deep.equal(expected);
    });
  }
});

describe('faultsOf', () => {
  const cases: [string, Partial<LabContainer>, string[]][] = [
    ['nothing', {}, []],
    ['a kill', { state: 'exited', exitCode: 137 }, ['kill']],
    ['an end of its own', { state: 'exited', exitCode: 1 }, ['stopped with code 1']],
    ['a pause', { state: 'paused' }, ['pause']],
    ['a cut by hand', { connected: false }, ['disconnected']],
  ];
  for (const [what, overrides, expected] of cases) {
    it(`names ${what}`, () => {
      expect(faultsOf(container(overrides), [])).to.deep.equal(expected);
    });
  }
});
