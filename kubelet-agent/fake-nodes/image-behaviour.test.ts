import { expect } from 'chai';

import { makeContainerSpec } from '../runtime/runtime-contract.js';
import { imageBehaviour, probeOutcome } from './image-behaviour.js';

const program = (image: string) => imageBehaviour.program(makeContainerSpec('u1', 'web', { image }));

describe('imageBehaviour', () => {
  it('lets an ordinary image run until it is stopped', () => {
    expect(program('nginx:1.27')).to.not.have.any.keys('exitAfterMs', 'stopAfterMs');
    expect(imageBehaviour.pull('nginx:1.27')).to.deep.equal({});
  });

  it('reads what a fake image does from its name', () => {
    expect(program('fake/exit:3')).to.include({ exitCode: 3 });
    expect(program('fake/exit')).to.include({ exitCode: 0 });
    expect(program('fake/crash:250')).to.include({ exitAfterMs: 250, exitCode: 1 });
    expect(program('fake/ignores-term')).to.include({ stopAfterMs: Infinity });
    expect(imageBehaviour.pull('fake/pull-error').error?.code).to.equal('NotFound');
    expect(imageBehaviour.pull('fake/pull-slow:20')).to.deep.equal({ pullMs: 20 });
  });

  for (const [image, kind, runningMs, expected] of [
    ['nginx', 'Readiness', 0, 'success'],
    ['fake/not-ready', 'Readiness', 1e9, 'failure'],
    ['fake/not-ready', 'Liveness', 0, 'success'],
    ['fake/not-ready:100', 'Startup', 99, 'failure'],
    ['fake/not-ready:100', 'Startup', 100, 'success'],
    ['fake/unhealthy:100', 'Liveness', 99, 'success'],
    ['fake/unhealthy:100', 'Liveness', 100, 'failure'],
    ['fake/unhealthy', 'Readiness', 100, 'success'],
  ] as const) {
    it(`${kind} of ${image} after ${runningMs} ms is ${expected}`, () => {
      expect(probeOutcome(image, kind, runningMs).result).to.equal(expected);
    });
  }

  it('answers a command in a container', () => {
    const exec = program('nginx').exec!;
    expect(exec(['echo', 'a', 'b'])).to.deep.equal({ exitCode: 0, output: 'a b\n' });
    expect(exec(['exit', '4'])).to.deep.equal({ exitCode: 4 });
    expect(exec(['kill', '-9', '1'])).to.deep.equal({ exitCode: 0, exits: 137 });
  });
});
