import { expect } from 'chai';

import { stateDirOf } from './process-table.js';

describe('stateDirOf', () => {
  const cases: [string, string[], string | undefined][] = [
    [
      'the control plane',
      ['node', '/x/dist/control-plane/main.js', '--port', '1', '--data-dir', '/d/control-plane'],
      '/d/control-plane',
    ],
    ['a kubelet agent', ['node', '/x/dist/kubelet-agent/main.js', '--state-dir', '/d/nodes/a/kubelet'], '/d/nodes/a/kubelet'],
    ['fake nodes', ['node', '/x/dist/kubelet-agent/main.js', 'run-fake', '--state-dir', '/d/fake-nodes'], '/d/fake-nodes'],
    ['a subcommand', ['node', '/x/dist/control-plane/main.js', 'token', 'create', '--data-dir', '/d/control-plane'], undefined],
    ['another program', ['vim', '/x/kubelet-agent/config.ts', '--state-dir', '/d'], undefined],
    ['no state folder', ['node', '/x/dist/kube-proxy/main.js', '--help'], undefined],
  ];
  for (const [name, args, expected] of cases) {
    it(`reads ${name}`, () => {
      expect(stateDirOf(args)).to.equal(expected);
    });
  }
});
