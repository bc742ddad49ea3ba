import { expect } from 'chai';
import { FakeClock } from '../../lib/clock/fake-clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { silentLogger } from '../../lib/log/logger.js';
import { Container, PodAssignment } from '../../proto/gen/longshore/node/v1/pod.js';
import { FakeRuntime } from '../runtime/fake/fake-runtime.js';
import type { ImageState } from './image-manager.js';
import { PullingImageManager } from './pulling-image-manager.js';

const pod = (name: string, secret?: string): PodAssignment =>
  PodAssignment.fromPartial({
    pod: { namespace: 'default', name, uid: `uid-${name}` },
    spec: { imagePullSecrets: secret === undefined ? [] : ['pull'] },
    secrets:
      secret === undefined
        ? []
        : [
            {
              name: 'pull',
              type: 'kubernetes.io/dockerconfigjson',
              data: {
                '.dockerconfigjson': Buffer.from(JSON.stringify({ auths: { 'r.io': { username: 'u', password: secret } } })),
              },
            },
          ],
  });
const web = (imagePullPolicy: string, image = 'r.io/app:1'): Container =>
  Container.fromPartial({ name: 'web', image, imagePullPolicy });

describe('PullingImageManager', () => {
  let clock: FakeClock;
  let runtime: FakeRuntime;
  let manager: PullingImageManager;
  let events: string[];
  let fieldPaths: string[];
  let changed: string[];
  let stop: AbortController;

  beforeEach(() => {
    clock = new FakeClock();
    runtime = new FakeRuntime({ clock });
    events = [];
    fieldPaths = [];
    changed = [];
    stop = new AbortController();
    manager = new PullingImageManager({
      runtime,
      clock,
      log: silentLogger,
      signal: stop.signal,
      recorder: {
        record: ({ pod: { name }, fieldPath = '', reason, message }) => {
          events.push(`${name} ${reason}: ${message}`);
          fieldPaths.push(fieldPath);
        },
      },
    });
    manager.onChange((podUid) => changed.push(podUid));
  });
  afterEach(() => {
    stop.abort();
  });

  const pulls = (): number => runtime.calls.filter((call) => call.startsWith('pullImage')).length;
  const reasonOf = (state: ImageState): string => (state.state === 'failed' ? state.reason : state.state);

  it('pulls a missing image once for all pods and tells each of them', async () => {
    runtime.registry.addRemote('r.io/app:1', { pullMs: 1_500, user: '1000' });
    expect(await manager.ensure(pod('a'), web('IfNotPresent'))).to.deep.equal({ state: 'pulling' });
    expect(await manager.ensure(pod('b'), web('IfNotPresent'))).to.deep.equal({ state: 'pulling' });
    await clock.advance(1_500);
    expect(changed).to.have.members(['uid-a', 'uid-b']);
    expect(await manager.ensure(pod('a'), web('IfNotPresent'))).to.include({ state: 'present', user: '1000' });
    expect(await manager.ensure(pod('c'), web('IfNotPresent'))).to.include({ state: 'present' });
    expect(pulls()).to.equal(1);
    expect(events).to.deep.equal([
      'a Pulling: Pulling image "r.io/app:1"',
      'b Pulling: Pulling image "r.io/app:1"',
      'a Pulled: Successfully pulled image "r.io/app:1" in 1.5s (1.5s including waiting). Image size: 1000000 bytes.',
      'c Pulled: Container image "r.io/app:1" already present on machine',
    ]);
  });

  it('names the place of an init container in its pod', async () => {
    const setup = Container.fromPartial({ name: 'setup', image: 'r.io/app:1', imagePullPolicy: 'Never' });
    const assignment = pod('a');
    await manager.ensure({ ...assignment, spec: { ...assignment.spec!, initContainers: [setup] } }, setup);
    await manager.ensure(assignment, web('Never'));
    expect(fieldPaths).to.deep.equal(['spec.initContainers{setup}', 'spec.containers{web}']);
  });

  it('backs off after failures, 10 s doubling, and says so in Kubernetes words', async () => {
    const refused = new LongshoreError('Unavailable', 'connection refused');
    runtime.registry.addRemote('r.io/app:1');
    for (let failure = 0; failure < 2; failure += 1) runtime.registry.failNextPull('r.io/app:1', refused);
    await manager.ensure(pod('a'), web('IfNotPresent'));
    await clock.advance(0);
    expect(await manager.ensure(pod('a'), web('IfNotPresent'))).to.deep.include({
      state: 'failed',
      reason: 'ErrImagePull',
      message: 'connection refused',
    });
    await clock.advance(2_000);
    expect(await manager.ensure(pod('a'), web('IfNotPresent'))).to.deep.equal({
      state: 'failed',
      reason: 'ImagePullBackOff',
      message: 'Back-off pulling image "r.io/app:1": ErrImagePull: connection refused',
      retryAtMs: clock.now() + 8_000,
    });
    expect(events).to.deep.equal([
      'a Pulling: Pulling image "r.io/app:1"',
      'a Failed: Failed to pull image "r.io/app:1": connection refused',
      'a Failed: Error: ErrImagePull',
      'a BackOff: Back-off pulling image "r.io/app:1"',
      'a Failed: Error: ImagePullBackOff',
    ]);
    await clock.advance(8_000);
    expect(changed).to.deep.equal(['uid-a', 'uid-a']);
    await manager.ensure(pod('a'), web('IfNotPresent'));
    await clock.advance(2_000);
    expect(await manager.ensure(pod('a'), web('IfNotPresent'))).to.include({ retryAtMs: clock.now() + 18_000 });
    await clock.advance(18_000);
    await manager.ensure(pod('a'), web('IfNotPresent'));
    await clock.advance(0);
    expect(reasonOf(await manager.ensure(pod('a'), web('IfNotPresent')))).to.equal('present');
    expect(pulls()).to.equal(3);
  });

  it('never waits longer than five minutes', async () => {
    runtime.registry.addRemote('r.io/app:1');
    for (let failure = 0; failure < 8; failure += 1) {
      runtime.registry.failNextPull('r.io/app:1', new LongshoreError('Unavailable', 'no'));
      await manager.ensure(pod('a'), web('IfNotPresent'));
      await clock.advance(2_000);
      const state = await manager.ensure(pod('a'), web('IfNotPresent'));
      expect(state.state === 'failed' && state.retryAtMs - clock.now()).to.equal(
        Math.min(10_000 * 2 ** failure, 300_000) - 2_000,
      );
      await clock.advance(300_000);
    }
  });

  it('does not let one pod suffer from the credentials of another', async () => {
    runtime.registry.addRemote('r.io/app:1', { password: 'right' });
    await manager.ensure(pod('a', 'wrong'), web('Always'));
    await manager.ensure(pod('b', 'right'), web('Always'));
    await clock.advance(0);
    expect(reasonOf(await manager.ensure(pod('a', 'wrong'), web('Always')))).to.equal('ErrImagePull');
    expect(reasonOf(await manager.ensure(pod('b', 'right'), web('Always')))).to.equal('present');
  });

  it('pulls again for a later start when the policy is Always', async () => {
    runtime.registry.addLocal('r.io/app:1');
    runtime.registry.addRemote('r.io/app:1');
    expect(await manager.ensure(pod('a'), web('Always'))).to.deep.equal({ state: 'pulling' });
    await clock.advance(0);
    expect(reasonOf(await manager.ensure(pod('a'), web('Always')))).to.equal('present');
    expect(reasonOf(await manager.ensure(pod('a'), web('Always')))).to.equal('present');
    await clock.advance(20_000);
    expect(reasonOf(await manager.ensure(pod('a'), web('Always')))).to.equal('pulling');
  });

  it('fails with policy Always when the registry does not answer, though the image is there', async () => {
    runtime.registry.addLocal('r.io/app:1');
    runtime.registry.addRemote('r.io/app:1');
    runtime.registry.failNextPull('r.io/app:1', new LongshoreError('Unavailable', 'connection refused'));
    await manager.ensure(pod('a'), web('Always'));
    await clock.advance(0);
    expect(reasonOf(await manager.ensure(pod('a'), web('Always')))).to.equal('ErrImagePull');
  });

  it('never pulls with policy Never', async () => {
    const state = await manager.ensure(pod('a'), web('Never'));
    expect(state).to.include({
      reason: 'ErrImageNeverPull',
      message: 'Container image "r.io/app:1" is not present with pull policy of Never',
    });
    runtime.registry.addLocal('r.io/app:1');
    expect(reasonOf(await manager.ensure(pod('a'), web('Never')))).to.equal('present');
    expect(pulls()).to.equal(0);
  });

  it('refuses a name that is none', async () => {
    expect(reasonOf(await manager.ensure(pod('a'), web('Always', 'Not A Name')))).to.equal('InvalidImageName');
    expect(events).to.have.length(1);
  });

  it('says which pull secret is missing and tries without', async () => {
    runtime.registry.addRemote('r.io/app:1');
    const assignment = PodAssignment.fromPartial({ ...pod('a'), spec: { imagePullSecrets: ['gone'] } });
    await manager.ensure(assignment, web('IfNotPresent'));
    await clock.advance(0);
    expect(reasonOf(await manager.ensure(assignment, web('IfNotPresent')))).to.equal('present');
    expect(events[0]).to.contain('FailedToRetrieveImagePullSecret').and.to.contain('(gone)');
  });
});
