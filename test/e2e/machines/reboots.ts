import { expect } from 'chai';

import type { Machines } from './machines.js';

/** A machine that loses its power gets its pods back, with and without a control plane. */
export function rebootsSuite(machines: Machines): void {
  describe('rebooting a machine', () => {
    const near = () => machines.host('near');
    const reboot = async (): Promise<void> => {
      await near().powerOff();
      await near().powerOn();
      machines.startAgent('near');
    };
    /** As many as before, and all of them new. */
    const containersReplaced = async (before: readonly string[]): Promise<void> => {
      await machines.eventually('all containers run again', async () => {
        const now = await machines.containers('near');
        return now.length === before.length && now.every((id) => !before.includes(id));
      });
    };
    const podsOfNear = async (): Promise<string[]> =>
      (await machines.pods('app=web')).filter(({ spec }) => spec.nodeName === 'near').map(({ metadata }) => metadata.uid ?? '');
    let pods: string[];
    let containers: string[];

    beforeEach(async () => {
      [pods, containers] = [await podsOfNear(), await machines.containers('near')];
      expect(containers).to.have.length(2 * pods.length).and.not.empty;
    });

    afterEach(async () => {
      await machines.nodesReady('near', 'far', 'natted');
      await machines.readyPods('app=web', 4);
      expect(await podsOfNear()).to.have.members(pods);
      for (const name of ['near', 'far', 'natted']) await machines.agentReady(name);
    });

    it('brings its pods back', async () => {
      await reboot();
      await containersReplaced(containers);
    });

    it('brings them back while the control plane is away', async () => {
      await machines.host('control').powerOff();
      await reboot();
      await containersReplaced(containers);
      expect(await machines.readyz('near')).to.include('[-]kubelet-agent failed');
      await machines.host('control').powerOn();
      machines.startControlPlane();
    });
  });
}
