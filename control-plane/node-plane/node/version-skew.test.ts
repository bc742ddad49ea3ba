import { expect } from 'chai';

import { nodeVersion } from '../../../lib/version/node-version.js';
import { versionSkew } from './version-skew.js';

describe('versionSkew', () => {
  const cases: [controlPlane: string, agent: string, says: string | undefined][] = [
    ['0.2.0', '0.2.0', undefined],
    ['0.2.3', '0.2.9', undefined],
    ['0.2.0', '0.1.7', undefined],
    ['0.3.0', '0.1.7', 'upgrade the node'],
    ['0.1.0', '0.2.0', 'upgrade the control plane first'],
    ['1.0.0', '0.9.0', 'upgrade the node'],
    ['0.10.0', '0.9.0', undefined],
  ];
  for (const [controlPlane, agent, says] of cases) {
    it(`${says === undefined ? 'accepts' : 'warns of'} agents of ${agent} at a control plane of ${controlPlane}`, () => {
      const problem = versionSkew(controlPlane, nodeVersion(agent));
      if (says === undefined) expect(problem).to.equal(undefined);
      else expect(problem).to.contain(says).and.to.contain(agent);
    });
  }

  it('says nothing of nodes that do not tell their version', () => {
    expect(versionSkew('0.3.0', 'v1.36.0')).to.equal(undefined);
  });
});
