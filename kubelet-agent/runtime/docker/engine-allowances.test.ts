import { expect } from 'chai';
import { silentLogger, type Logger } from '../../../lib/log/logger.js';
import { missingFrom } from './capabilities.js';
import { EngineAllowances } from './engine-allowances.js';

describe('EngineAllowances', () => {
  let warnings: string[];
  const make = (missingCapabilities: string[] = ['SYS_RESOURCE']): EngineAllowances => {
    warnings = [];
    const log: Logger = { ...silentLogger, warn: (message) => void warnings.push(message) };
    return new EngineAllowances({ log, missingCapabilities });
  };

  it('changes nothing that was never refused', () => {
    const wanted = { OomScoreAdj: -997, Privileged: true };
    expect(make().adapt(wanted)).to.equal(wanted);
  });

  it('leaves lower OOM scores out once refused, and warns once', () => {
    const allowances = make();
    for (let time = 0; time < 2; time += 1) {
      expect(allowances.learn("can't get final child's PID from pipe: EOF", { OomScoreAdj: -997 })).to.equal(true);
    }
    expect(allowances.adapt({ OomScoreAdj: -997 })).to.deep.equal({ OomScoreAdj: 0 });
    expect(allowances.adapt({ OomScoreAdj: 500 })).to.deep.equal({ OomScoreAdj: 500 });
    expect(warnings).to.have.length(1);
  });

  it('gives a privileged container every capability that there is, once refused', () => {
    const allowances = make();
    expect(allowances.learn('unable to apply caps: operation not permitted', { Privileged: true })).to.equal(true);
    expect(allowances.adapt({ Privileged: true })).to.deep.include({
      Privileged: false,
      CapAdd: ['ALL'],
      CapDrop: ['SYS_RESOURCE'],
    });
  });

  it('learns nothing from other failures, or where nothing is known to be missing', () => {
    expect(make().learn('no such file or directory', { Privileged: true, OomScoreAdj: -997 })).to.equal(false);
    expect(make().learn('unable to apply caps', {})).to.equal(false);
    expect(make([]).learn('unable to apply caps', { Privileged: true })).to.equal(false);
  });
});

describe('missing capabilities', () => {
  it('are those outside the bounding set', () => {
    expect(missingFrom('CapEff:\t0\nCapBnd:\t000001fffeffffff\n')).to.deep.equal(['SYS_RESOURCE']);
    expect(missingFrom('CapBnd:\t000001ffffffffff\n')).to.deep.equal([]);
    expect(missingFrom('Name: x\n')).to.deep.equal([]);
  });
});
