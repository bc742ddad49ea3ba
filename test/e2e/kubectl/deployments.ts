import { expect } from 'chai';

import type { Deployment, ReplicaSet } from '../../../lib/kubernetes/types/apps-v1.js';
import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import { eventually } from '../../support/local-cluster.js';
import { deployment, service } from './manifests.js';
import { type Scene, SceneCommands } from './scene.js';

/** apply, diff, scale, rollout, set image, describe and cascading deletion of a Deployment that runs. */
export function describeDeployments(scene: () => Scene): void {
  const kubectl = new SceneCommands(scene);
  const rolledOut = async (): Promise<void> => {
    expect(await kubectl.ok('rollout status deployment/web --timeout=40s')).to.contain('successfully rolled out');
  };
  const container = async (): Promise<{ image?: string; env?: { value?: string }[] }> =>
    (await kubectl.json<Deployment>('get deployment web')).spec?.template.spec?.containers[0] ?? {};

  it('applies, applies again without a change, and shows the difference before a third time', async () => {
    expect(await kubectl.ok('apply -f -', deployment('web'))).to.equal('deployment.apps/web created\n');
    expect(await kubectl.ok('apply -f -', service('web'))).to.equal('service/web created\n');
    await rolledOut();
    expect(await kubectl.ok('apply -f -', deployment('web'))).to.equal('deployment.apps/web unchanged\n');
    const changed = deployment('web', { replicas: 3, env: 'two' });
    const { code, stdout, stderr } = await kubectl.scene.kubectl.run(['diff', '-n', kubectl.scene.namespace, '-f', '-'], {
      stdin: JSON.stringify(changed),
    });
    expect(code, stderr).to.equal(1);
    expect(stdout).to.contain('-  replicas: 2').and.to.contain('+  replicas: 3').and.to.contain('+          value: two');
    expect(await kubectl.ok('apply -f -', changed)).to.equal('deployment.apps/web configured\n');
    await rolledOut();
    expect(await kubectl.ok('get deployment web')).to.match(/^web +3\/3 +3 +3 +\d+s$/m);
  });

  it('scales, and waits for the outcome', async () => {
    expect(await kubectl.ok('scale deployment/web --replicas=2')).to.equal('deployment.apps/web scaled\n');
    expect(await kubectl.refused('scale deployment/web --current-replicas=7 --replicas=4')).to.contain(
      'Expected replicas to be 7, was 2',
    );
    await eventually('two pods', 20_000, async () => {
      const names = (await kubectl.ok('get pods -l app=web -o name')).trim().split('\n');
      return names.length === 2 || names.join();
    });
    expect(await kubectl.ok('wait --for=condition=Available deployment/web --timeout=20s')).to.contain('condition met');
  });

  it('describes the deployment and its service', async () => {
    const described = await kubectl.ok('describe deployment web');
    expect(described).to.match(/Replicas: +2 desired \| 2 updated \| 2 total \| 2 available \| 0 unavailable/);
    expect(described).to.match(/NewReplicaSet: +web-\w+ \(2\/2 replicas created\)/);
    expect(described).to.match(/Normal +ScalingReplicaSet .*Scaled up replica set web-\w+/);
    const endpoints = /Endpoints: +(\S+)/.exec(await kubectl.ok('describe service web'))?.[1]?.split(',') ?? [];
    const pods = await kubectl.json<{ items: Pod[] }>('get pods -l app=web');
    expect(endpoints).to.have.members(pods.items.map(({ status }) => `${status?.podIP ?? ''}:8080`));
  });

  it('changes the image, waits in vain, and undoes it', async () => {
    const { image } = await container();
    expect(await kubectl.ok('set image deployment/web web=longshore-test/absent:1')).to.contain('image updated');
    const waiting = await kubectl.refused('rollout status deployment/web --timeout=3s');
    expect(waiting).to.contain('timed out');
    await eventually('the reason on the new pod', 10_000, async () =>
      /ErrImageNeverPull/.test(await kubectl.ok('get pods -l app=web')),
    );
    expect(await kubectl.ok('get deployment web')).to.match(/^web +2\/2 /m);
    expect(await kubectl.ok('rollout undo deployment/web')).to.contain('rolled back');
    await rolledOut();
    expect((await container()).image).to.equal(image);
    expect(await kubectl.ok('rollout history deployment/web')).to.match(/^REVISION +CHANGE-CAUSE$/m);
  });

  it('restarts every pod', async () => {
    const uids = async (): Promise<string[]> =>
      (await kubectl.json<{ items: Pod[] }>('get pods -l app=web')).items.map(({ metadata }) => metadata.uid ?? '');
    const before = await uids();
    expect(await kubectl.ok('rollout restart deployment/web')).to.contain('restarted');
    await rolledOut();
    await eventually('only new pods', 20_000, async () => {
      const now = await uids();
      return (now.length === 2 && now.every((uid) => !before.includes(uid))) || now.join();
    });
  });

  it('refuses an update that was made on an older version', async () => {
    const stale = await kubectl.json<Deployment>('get deployment web');
    await kubectl.ok('annotate deployment web example.com/newer=yes');
    const refusal = await kubectl.refused('replace -f -', stale);
    expect(refusal)
      .to.contain('(Conflict)')
      .and.to.contain('the object has been modified; please apply your changes to the latest');
  });

  it('orphans what it is told to orphan, and takes the rest in the foreground', async () => {
    await kubectl.ok('delete deployment web --cascade=orphan');
    const [replicaSet] = (await kubectl.json<{ items: ReplicaSet[] }>('get replicasets -l app=web')).items.filter(
      ({ spec }) => spec?.replicas,
    );
    expect(replicaSet?.metadata.ownerReferences ?? []).to.be.empty;
    const running = async (): Promise<number> => (await kubectl.json<{ items: Pod[] }>('get pods -l app=web')).items.length;
    expect(await running()).to.equal(2);
    const foreground = kubectl.scene.modern
      ? ['delete', 'replicasets', '-l', 'app=web', '--cascade=foreground']
      : ['delete', 'replicasets', '-l', 'app=web'];
    await kubectl.ok(`${foreground.join(' ')} --timeout=30s`);
    if (kubectl.scene.modern) expect(await running()).to.equal(0);
    else await eventually('no pods', 20_000, async () => (await running()) === 0);
  });
}
