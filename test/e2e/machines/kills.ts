import { expect } from 'chai';

import type { Machines } from './machines.js';

const supervisor = 'longshore.js agent';
const kubelet = 'kubelet-agent/main.js run';
const proxy = 'kube-proxy/main.js run';

/** Whatever of a machine's agent is killed comes back once, and no container is touched. */
export function killsSuite(machines: Machines): void {
  describe('killing the agent of a machine', () => {
    let containers: string[];
    const near = () => machines.host('near');
    const pidOf = async (pattern: string): Promise<number> => {
      const pids = await near().pids(pattern);
      expect(pids, pattern).to.have.length(1);
      return pids[0]!;
    };

    before(async () => {
      containers = await machines.containers('near');
      expect(containers).to.not.be.empty;
    });

    afterEach(async () => {
      await machines.agentReady('near');
      expect(await machines.containers('near')).to.deep.equal(containers);
    });

    for (const child of [kubelet, proxy]) {
      it(`starts ${child.split('/')[0]!} again when it is killed, and leaves the other alone`, async () => {
        const other = child === kubelet ? proxy : kubelet;
        const [killed, left] = [await pidOf(child), await pidOf(other)];
        await near().kill('SIGKILL', child);
        await machines.eventually('another process runs', async () => {
          const [pid] = await near().pids(child);
          return pid !== undefined && pid !== killed;
        });
        expect(await pidOf(other)).to.equal(left);
      });
    }

    it('restarts kube-proxy alone when it is told to', async () => {
      const [before, left] = [await pidOf(proxy), await pidOf(kubelet)];
      const said = await near().longshore('agent', 'restart', 'kube-proxy');
      const after = await pidOf(proxy);
      expect(said).to.equal(`kube-proxy restarted, process ${after}\n`);
      expect(after).to.not.equal(before);
      expect(await pidOf(kubelet)).to.equal(left);
    });

    it('refuses a second agent beside the first', async () => {
      const { code, stderr } = await near().attemptLongshore('agent', ...machines.agentFlags('near'));
      expect(code).to.equal(4);
      expect(stderr).to.include('another process works in /var/lib/longshore/agent');
    });

    it('takes its children with it when it is killed, and a new one takes over', async () => {
      await near().kill('SIGKILL', supervisor);
      machines.startAgent('near');
      await machines.agentReady('near');
      for (const pattern of [supervisor, kubelet, proxy]) await pidOf(pattern);
      await machines.nodesReady('near');
    });
  });
}
