import { expect } from 'chai';

import type { Machines } from './machines.js';

/** A machine leaves the cluster and comes again under its old name. */
export function removalSuite(machines: Machines): void {
  describe('removing a machine', () => {
    const control = () => machines.host('control');
    const stopAgent = async (): Promise<void> => {
      await machines.host('far').kill('SIGTERM', 'longshore.js agent');
      await machines.eventually('no agent runs', async () => (await machines.host('far').pids('dist/kube')).length === 0);
    };

    // The control plane was away a moment ago: until its agent has been heard again, a node counts as silent.
    before(() => machines.nodesReady('far', 'near', 'natted'));

    it('lists the nodes', async () => {
      const { stdout } = await control().attemptLongshore('node', 'list');
      expect(stdout).to.match(/^far +Ready +10\.77\.27\.2 +10\.244\.\d+\.0\/24/m);
    });

    it('refuses a name that is not there', async () => {
      const { code, stderr } = await control().attemptLongshore('node', 'remove', 'nowhere');
      expect(code).to.equal(3);
      expect(stderr).to.include('there is no node nowhere').and.include('longshore node list');
    });

    it('moves the pods away, waits for the agent to stop, and then removes the node', async () => {
      control().startLongshore('remove', 'node', 'remove', 'far', '--timeout', '40');
      await machines.eventually('the pods have left', async () =>
        (await control().log('remove')).includes('stop the agent on far'),
      );
      const pods = await machines.readyPods('app=web', 4);
      expect(pods.map(({ spec }) => spec.nodeName)).to.not.include('far');
      await stopAgent();
      await machines.eventually('the node is gone', async () => (await control().log('remove')).includes('no longer a node'));
      expect((await control().attempt('kubectl', 'get', 'node', 'far')).stderr).to.include('not found');
    });

    it('lets the machine in again under the same name, and runs pods on it', async () => {
      machines.startAgent('far', '--token', await machines.newToken());
      await machines.nodesReady('far');
      await machines.kubectl('scale', 'deployment', 'web', '--replicas', '6');
      const pods = await machines.readyPods('app=web', 6);
      expect(pods.map(({ spec }) => spec.nodeName)).to.include('far');
      await machines.agentReady('far');
    });

    it('removes a machine that is gone, by force only', async () => {
      await machines.host('far').powerOff();
      await machines.eventually('the node is lost', async () => {
        const { code, stderr } = await control().attemptLongshore('node', 'remove', 'far', '--timeout', '1');
        return code === 4 && stderr.includes('--force');
      });
      await control().longshore('node', 'remove', 'far', '--force');
      expect((await control().attempt('kubectl', 'get', 'node', 'far')).stderr).to.include('not found');
      const pods = await machines.readyPods('app=web', 6);
      expect(pods.map(({ spec }) => spec.nodeName)).to.not.include('far');
    });
  });
}
