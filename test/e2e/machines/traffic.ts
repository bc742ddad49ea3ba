import { expect } from 'chai';

import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import type { Machines } from './machines.js';
import { askCommand, makeDeployment, makeService } from './manifests.js';

/** Pods on machines of one segment reach each other; those behind NAT run, and speak to users. */
export function trafficSuite(machines: Machines): void {
  describe('traffic', () => {
    let pods: Pod[];
    const podOn = (node: string): Pod => pods.find(({ spec }) => spec.nodeName === node)!;
    const ask = (from: Pod, address: string, times = 1): Promise<string> =>
      machines.kubectl('exec', from.metadata.name, '--', ...askCommand(address, times));

    it('spreads a deployment over the machines of a segment', async () => {
      await machines.apply(makeDeployment('web', { image: machines.image, replicas: 4, segment: 'lan' }), makeService('web'));
      pods = await machines.readyPods('app=web', 4);
      expect(new Set(pods.map(({ spec }) => spec.nodeName))).to.have.all.keys('far', 'near');
    });

    it('routes between the pod networks without NAT', async () => {
      const routes = await machines.host('near').run('ip', 'route', 'show', 'proto', '76');
      expect(routes).to.include(`via ${machines.host('far').address}`);
      const [near, far] = [podOn('near'), podOn('far')];
      const answer = await ask(near, far.status!.podIP!);
      expect(answer).to.equal(`${far.metadata.name} asked by ${near.status!.podIP!}\n`);
      expect(await ask(far, near.status!.podIP!)).to.equal(`${near.metadata.name} asked by ${far.status!.podIP!}\n`);
    });

    it('resolves a service and reaches every pod of it from each machine', async () => {
      const service = await machines.kubectl('get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}');
      for (const from of [podOn('near'), podOn('far')]) {
        const resolved = ['exec', from.metadata.name, '--', 'nslookup', 'web.default.svc.cluster.local'];
        expect(await machines.kubectl(...resolved)).to.include(service);
        const answered = new Set<string>();
        await machines.eventually('each pod has answered', async () => {
          for (const answer of (await ask(from, service, 20)).trim().split('\n')) answered.add(answer.split(' ')[0] ?? '');
          return answered.size === pods.length;
        });
      }
    });

    it('marks the machine behind NAT, and no other, since their pods do not reach each other', async () => {
      const condition = await machines.eventually('natted is marked', async () => {
        const { status } = await machines.node('natted');
        return status?.conditions?.find(({ type, status: value }) => type === 'NetworkUnavailable' && value === 'True') ?? false;
      });
      expect(condition.reason).to.equal('NoRoute');
      expect(condition.message).to.include('those of far, near').and.include('InternalIP 10.77.155.4');
      const taint = { key: 'node.kubernetes.io/network-unavailable', effect: 'NoSchedule' };
      await machines.eventually('natted is tainted', async () =>
        ((await machines.node('natted')).spec.taints ?? []).some(
          ({ key, effect }) => key === taint.key && effect === taint.effect,
        ),
      );
      for (const name of ['far', 'near']) {
        const { status, spec } = await machines.node(name);
        expect(status?.conditions?.map(({ type }) => type)).to.not.include('NetworkUnavailable');
        expect(spec.taints ?? []).to.deep.equal([]);
      }
    });

    it('runs pods behind NAT, and brings their logs, commands and ports to users', async () => {
      await machines.apply(makeDeployment('home', { image: machines.image, replicas: 1, segment: 'home' }));
      const [pod] = await machines.readyPods('app=home', 1);
      const name = pod!.metadata.name;
      expect(await machines.kubectl('exec', name, '--', 'hostname')).to.equal(`${name}\n`);
      expect(await machines.kubectl('logs', name)).to.include('listening');
      const forwarded = `kubectl port-forward ${name} 18080:8080 >/dev/null & trap 'kill $!' EXIT
        for try in $(seq 100); do curl -sf http://127.0.0.1:18080/cgi-bin/who && exit; sleep 0.1; done; exit 1`;
      expect(await machines.host('control').run('bash', '-c', forwarded)).to.match(new RegExp(`^${name} asked by `));
    });
  });
}
