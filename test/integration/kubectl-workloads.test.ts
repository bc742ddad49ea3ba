import { expect } from 'chai';

import { createControllers } from '../../control-plane/controllers/all-controllers.js';
import { EventRecorder } from '../../control-plane/resources/event-recorder.js';
import { systemClock } from '../../lib/clock/clock.js';
import { supervise } from '../../lib/lifecycle/supervise.js';
import { silentLogger } from '../../lib/log/logger.js';
import { runInstantPods } from '../support/instant-pods.js';
import { describeWithKubectl } from '../support/kubectl-suite.js';
import { deploymentManifest } from '../support/manifests.js';
import type { TestApi } from '../support/test-api.js';

/** Controllers as in the control plane, and pods that run at once. */
class Cluster {
  readonly #stop = new AbortController();
  #running: Promise<unknown> = Promise.resolve();

  start({ resources, metrics, caPem }: TestApi): void {
    const log = silentLogger;
    const clock = systemClock;
    const recorder = new EventRecorder({ events: resources.client('events'), clock, log });
    const controllers = createControllers({
      resources,
      recorder,
      clock,
      log,
      metrics,
      config: { caPem, nodeGraceMs: 3_600_000 },
    });
    const { signal } = this.#stop;
    const tasks = [
      ...controllers,
      { name: 'events', run: (until: AbortSignal) => recorder.run(until) },
      { name: 'informers', run: (until: AbortSignal) => resources.run(until) },
      { name: 'instant pods', run: (until: AbortSignal) => runInstantPods(resources, 'n1', until) },
    ];
    this.#running = supervise(tasks, { signal, log });
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }
}

let cluster = new Cluster();
const options = {
  afterStart: async (api: TestApi): Promise<void> => {
    cluster = new Cluster();
    for (const name of ['n1', 'n2']) {
      const node = await api.resources.client('nodes').create({ apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: {} });
      const at = node.metadata.creationTimestamp ?? '';
      const ready = {
        type: 'Ready',
        status: 'True',
        reason: 'KubeletReady',
        message: 'ready',
        lastHeartbeatTime: at,
        lastTransitionTime: at,
      };
      await api.resources.client('nodes').updateStatus({ ...node, status: { ...node.status, conditions: [ready] } });
    }
    cluster.start(api);
  },
  beforeClose: () => cluster.stop(),
};

describeWithKubectl('kubectl on workloads', options, (suite) => {
  const ok = (args: string, stdin?: string): Promise<string> =>
    suite().kubectl.ok(args.split(' '), stdin === undefined ? {} : { stdin });
  /** Until a client watches `resource`. */
  const untilWatched = async (resource: string): Promise<void> => {
    const open = new RegExp(`apiserver_longrunning_requests\\{verb="WATCH",.*resource="${resource}".*\\} [1-9]`);
    while (!open.test(await suite().api.metrics.metrics())) await systemClock.sleep(20);
  };
  const image = async (name: string): Promise<string> =>
    ok(`get deployment ${name} -o jsonpath={.spec.template.spec.containers[0].image}`);

  it('rolls out, shows history, undoes and restarts', async () => {
    await ok('apply -f -', deploymentManifest('web', { replicas: 3 }));
    expect(await ok('rollout status deployment/web --timeout=20s')).to.contain('deployment "web" successfully rolled out');
    await ok('set image deployment/web main=nginx:2');
    expect(await ok('rollout status deployment/web --timeout=20s')).to.contain('successfully rolled out');
    expect(await ok('rollout history deployment/web')).to.match(/^1 +<none>\n2 +<none>$/m);
    expect(await ok('rollout history deployment/web --revision=1')).to.contain('nginx:1');
    await ok('rollout undo deployment/web');
    await ok('rollout status deployment/web --timeout=20s');
    expect(await image('web')).to.equal('nginx:1');
    await ok('rollout undo deployment/web --to-revision=2');
    await ok('rollout status deployment/web --timeout=20s');
    expect(await image('web')).to.equal('nginx:2');
    await ok('rollout restart deployment/web');
    await ok('rollout status deployment/web --timeout=20s');
    expect(await ok('get deployment web -o yaml')).to.contain('kubectl.kubernetes.io/restartedAt');
    await ok('rollout pause deployment/web');
    await ok('rollout resume deployment/web');
  });

  it('scales, and waits for what it is told to wait for', async () => {
    await ok('apply -f -', deploymentManifest('scaled', { replicas: 1 }));
    expect(await ok('scale deployment/scaled --replicas=4')).to.equal('deployment.apps/scaled scaled\n');
    await ok('rollout status deployment/scaled --timeout=20s');
    expect((await ok('get pods -l app=scaled -o name')).trim().split('\n')).to.have.length(4);
    const refused = await suite().kubectl.run(['scale', 'deployment/scaled', '--current-replicas=9', '--replicas=2']);
    expect(refused.stderr).to.contain('Expected replicas to be 9, was 4');
    expect(await ok('wait --for=condition=Available deployment/scaled --timeout=10s')).to.contain('condition met');
    expect(await ok('wait --for=condition=Ready pod -l app=scaled --timeout=10s')).to.contain('condition met');
    const gone = suite().kubectl.run(['wait', '--for=delete', 'pod', '-l', 'app=scaled', '--timeout=20s']);
    await untilWatched('pods');
    await ok('delete deployment scaled');
    expect((await gone).code).to.equal(0);
    const late = await suite().kubectl.run(['wait', '--for=condition=Never', 'deployment/web', '--timeout=1s']);
    expect(late.stderr).to.contain('timed out waiting for the condition');
  });

  it('shows everything in tables and describes it', async () => {
    await ok('apply -f -', deploymentManifest('shown', { replicas: 1 }));
    await ok('expose deployment shown --port=80');
    await ok('rollout status deployment/shown --timeout=20s');
    const all = await ok('get all -l app=shown');
    expect(all).to.match(/^pod\/shown-\S+ +1\/1 +Running +0 /m);
    expect(all).to.match(/^deployment\.apps\/shown +1\/1 +1 +1 /m);
    expect(all).to.match(/^replicaset\.apps\/shown-\S+ +1 +1 +1 /m);
    expect(await ok('get pods -l app=shown -o wide')).to.match(/10\.244\.0\.9 +n1 /);
    expect(await ok('get deployment shown -o wide')).to.match(/main +nginx:1 +app=shown/);
    expect(await ok('get pods -A --field-selector=status.phase=Running,spec.nodeName=n1')).to.contain('shown-');
    const deployment = await ok('describe deployment shown');
    expect(deployment).to.match(/Replicas: +1 desired \| 1 updated \| 1 total \| 1 available/);
    expect(deployment).to.match(/NewReplicaSet: +shown-\S+ \(1\/1 replicas created\)/);
    expect(deployment).to.contain('ScalingReplicaSet');
    const pod = await ok('describe pod -l app=shown');
    expect(pod).to.match(/Node: +n1/);
    expect(pod).to.match(/State: +Running/);
    expect(pod).to.match(/Controlled By: +ReplicaSet\/shown-/);
    expect(await ok('describe service shown')).to.match(/Endpoints: +10\.244\.0\.9:80/);
    expect(await ok('describe namespace default')).to.match(/Status: +Active/);
    expect(await ok('describe node n1')).to.match(/shown-\S+ +100m/);
  });

  it('cordons, taints and drains nodes', async () => {
    expect(await ok('cordon n2')).to.equal('node/n2 cordoned\n');
    expect(await ok('get node n2')).to.match(/n2 +Ready,SchedulingDisabled/);
    await ok('uncordon n2');
    expect(await ok('taint node n2 dedicated=db:NoSchedule')).to.equal('node/n2 tainted\n');
    expect(await ok('get node n2 -o jsonpath={.spec.taints[0].effect}')).to.equal('NoSchedule');
    await ok('taint node n2 dedicated-');
    expect(await ok('get node n2 -o jsonpath={.spec.taints}')).to.equal('');
    await ok('run lonely --image=busybox');
    await ok('wait --for=condition=Ready pod/lonely --timeout=10s');
    await ok('drain n1 --force --ignore-daemonsets --timeout=20s');
    expect((await suite().kubectl.run(['get', 'pod', 'lonely'])).code).to.equal(1);
    await ok('uncordon n1');
  });

  it('deletes a namespace with all that is in it', async () => {
    await ok('create namespace doomed');
    await ok('apply -n doomed -f -', deploymentManifest('inside'));
    await ok('rollout status -n doomed deployment/inside --timeout=20s');
    expect(await ok('delete namespace doomed')).to.contain('namespace "doomed" deleted');
    expect((await suite().kubectl.run(['get', 'namespace', 'doomed'])).code).to.equal(1);
    expect(await suite().api.resources.client('pods').list('doomed')).to.have.deep.property('items', []);
  });
});
