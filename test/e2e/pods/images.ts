import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect } from 'chai';
import Docker from 'dockerode';

import { isReady, reasonOf, statusOf } from '../../support/pod-watch.js';
import { registryLogin, startTestRegistry, type TestRegistry } from '../../support/registry.js';
import { busybox, container, pod, readEvents, readStatusColumn, type Scene, waits } from './scene.js';

/** Where images come from, and what happens when they do not come. */
export function describeImages(scene: () => Scene): void {
  let registry: TestRegistry;
  let silent: Server;
  let pushed: string;
  const runs = (image: string, fields = {}) => ({ ...container('web', waits), image, ...fields });

  before(async () => {
    registry = await startTestRegistry();
    pushed = await registry.push(new Docker(), busybox, 'team/app');
    silent = await startSilentRegistry();
    const login = { auths: { [registry.address]: registryLogin } };
    const { port } = silent.address() as AddressInfo;
    await scene().user.apply(
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'login' },
        type: 'kubernetes.io/dockerconfigjson',
        stringData: { '.dockerconfigjson': JSON.stringify(login) },
      },
      pod('slow-pull', { containers: [runs(`127.0.0.1:${port}/slow:1`)] }),
      pod('missing', { containers: [runs('127.0.0.1:1/missing:1')] }),
      pod('never', { containers: [runs('longshore-test/absent:1', { imagePullPolicy: 'Never' })] }),
      pod('misnamed', { containers: [runs('Not A Name')] }),
      pod('pulled', { imagePullSecrets: [{ name: 'login' }], containers: [runs(pushed)] }),
    );
  });
  after(async () => {
    silent.closeAllConnections();
    silent.close();
    await registry.stop();
    await new Docker().getImage(pushed).remove({ force: true });
  });

  it('pulls an image with the credentials of the pod', async () => {
    const found = await scene().pods.until('pulled', isReady);
    expect(statusOf(found)?.image).to.equal(pushed);
    expect(statusOf(found)?.imageID).to.match(/^docker-pullable:\/\/127\.0\.0\.1:\d+\/team\/app@sha256:/);
    const events = await readEvents(scene(), 'pulled');
    expect(events).to.include(`Pulling: Pulling image "${pushed}"`);
    expect(events.join('\n')).to.match(
      /Pulled: Successfully pulled image "\S+" in \S+ \(\S+ including waiting\)\. Image size: \d+ bytes\./,
    );
  });

  it('asks the registry every time when it must, and the node alone when it must not', async () => {
    await scene().user.apply(
      pod('always', { imagePullSecrets: [{ name: 'login' }], containers: [runs(pushed, { imagePullPolicy: 'Always' })] }),
      pod('stranger', { containers: [runs(pushed, { imagePullPolicy: 'Always' })] }),
      pod('present', { containers: [runs(pushed)] }),
    );
    await scene().pods.until('always', isReady);
    expect((await readEvents(scene(), 'always')).join('\n')).to.contain('Successfully pulled');
    await scene().pods.until('stranger', (found) => reasonOf(found) === 'ErrImagePull');
    await scene().pods.until('present', isReady);
    expect(await readEvents(scene(), 'present')).to.include(`Pulled: Container image "${pushed}" already present on machine`);
    await scene().pods.until('never', (found) => reasonOf(found) === 'ErrImageNeverPull');
    await scene().pods.until('misnamed', (found) => reasonOf(found) === 'InvalidImageName');
  });

  it('says why an image does not come, and waits longer each time', async () => {
    const found = await scene().pods.until('missing', (seen) => reasonOf(seen) === 'ImagePullBackOff');
    expect(scene().pods.reasons('missing')).to.include('ErrImagePull');
    expect(statusOf(found)?.state?.waiting?.message).to.match(/^Back-off pulling image "127\.0\.0\.1:1\/missing:1"/);
    expect(found.status?.phase).to.equal('Pending');
    expect(await readStatusColumn(scene(), 'missing')).to.be.oneOf(['ImagePullBackOff', 'ErrImagePull']);
    expect((await readEvents(scene(), 'missing')).join('\n')).to.contain('Failed to pull image "127.0.0.1:1/missing:1"');
  });

  it('delays no pod by the slow pull of another', async () => {
    const quick = Array.from({ length: 5 }, (_, index) => `quick-${index}`);
    await scene().user.apply(...quick.map((name) => pod(name, { containers: [container('web', waits)] })));
    await Promise.all(quick.map((name) => scene().pods.until(name, isReady, 10_000)));
    expect(reasonOf(await scene().pods.until('slow-pull', Boolean))).to.equal('ContainerCreating');
    silent.closeAllConnections();
    silent.close();
    await scene().pods.until('slow-pull', (found) => ['ErrImagePull', 'ImagePullBackOff'].includes(reasonOf(found) ?? ''));
  });
}

/** A registry that says hello and then nothing. */
async function startSilentRegistry(): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url === '/v2/') response.writeHead(200, { 'docker-distribution-api-version': 'registry/2.0' }).end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
