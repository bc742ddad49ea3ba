import { expect } from 'chai';

import { requestOverHttp1, type SendRequest } from '../../../test/support/api-client.js';
import { startTestApi, type TestApi } from '../../../test/support/test-api.js';
import { LongshoreError } from '../../../lib/errors/errors.js';
import type { ContainerState, ContainerStatus, Pod } from '../../../lib/kubernetes/types/core-v1.js';
import type { PodLogOptions } from '../../resources/pod/pod-log-options.js';

const container = (name: string): Pod['spec']['containers'][number] => ({ name, image: 'busybox' });
const statusOf = (name: string, state: ContainerState, lastState: ContainerState = {}): ContainerStatus => ({
  name,
  state,
  lastState,
  ready: false,
  restartCount: 0,
  image: 'busybox',
  imageID: '',
});

describe('pods/log', () => {
  let api: TestApi;
  let send: SendRequest;
  let opened: { container: string; options: PodLogOptions }[] = [];
  let log: (options: PodLogOptions, signal: AbortSignal) => AsyncIterable<Uint8Array>;

  before(async () => {
    api = await startTestApi({
      podLogs: {
        open: (_pod, name, options, signal) => {
          opened.push({ container: name, options });
          return log(options, signal);
        },
      },
    });
    send = requestOverHttp1(api);
    await makePod('running', ['main'], [statusOf('main', { running: {} })]);
    await makePod('two', ['a', 'b'], [statusOf('a', { running: {} })]);
    await makePod('creating', ['main'], []);
    await makePod('pulling', ['main'], [statusOf('main', { waiting: { reason: 'ImagePullBackOff' } })]);
    await makePod(
      'crashed',
      ['main'],
      [statusOf('main', { waiting: { reason: 'CrashLoopBackOff' } }, { terminated: { exitCode: 1, containerID: 'docker://x' } })],
    );
  });
  after(() => api.close());
  beforeEach(() => {
    opened = [];
    log = async function* () {
      yield Buffer.from('first\n');
      yield Buffer.from('second\n');
    };
  });

  async function makePod(name: string, containers: string[], containerStatuses: ContainerStatus[]): Promise<void> {
    const pods = api.resources.client('pods');
    const pod = await pods.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default' },
      spec: { containers: containers.map(container), nodeName: 'n1' },
    });
    await pods.updateStatus({ ...pod, status: { ...pod.status, phase: 'Pending', containerStatuses } });
  }
  const logOf = (name: string, query = ''): ReturnType<SendRequest> =>
    send(`/api/v1/namespaces/default/pods/${name}/log${query}`);

  it('answers with the text of the only container', async () => {
    const answered = await logOf('running');
    expect(answered.status).to.equal(200);
    expect(answered.headers['content-type']).to.equal('text/plain');
    expect(answered.text).to.equal('first\nsecond\n');
    expect(opened).to.deep.equal([{ container: 'main', options: { follow: false, previous: false, timestamps: false } }]);
  });

  it('hands on every option', async () => {
    await logOf('two', '?container=a&follow=true&timestamps=true&tailLines=5&limitBytes=8&sinceTime=2026-01-01T00:00:00Z');
    expect(opened).to.deep.equal([
      {
        container: 'a',
        options: { follow: true, previous: false, timestamps: true, tailLines: 5, limitBytes: 8, sinceMs: Date.UTC(2026, 0, 1) },
      },
    ]);
  });

  it('cuts at limitBytes', async () => {
    expect((await logOf('running', '?limitBytes=8')).text).to.equal('first\nse');
  });

  const refusals: [string, string, string, number][] = [
    ['none', '', 'pods "none" not found', 404],
    ['two', '', 'a container name must be specified for pod two, choose one of: [a b]', 400],
    ['two', '?container=c', 'container c is not valid for pod two', 400],
    ['creating', '', 'container "main" in pod "creating" is waiting to start: ContainerCreating', 400],
    ['pulling', '', 'container "main" in pod "pulling" is waiting to start: trying and failing to pull image', 400],
    ['running', '?previous=true', 'previous terminated container "main" in pod "running" not found', 400],
  ];
  for (const [pod, query, message, code] of refusals) {
    it(`refuses ${pod}${query} as Kubernetes words it`, async () => {
      const answered = await logOf(pod, query);
      expect(answered.json).to.include({ kind: 'Status', message, code });
    });
  }

  it('refuses options that make no sense', async () => {
    expect((await logOf('running', '?tailLines=-1')).status).to.equal(422);
    expect((await logOf('running', '?sinceSeconds=0')).status).to.equal(422);
    expect((await logOf('running', '?tailLines=many')).status).to.equal(400);
  });

  it('reads the former attempt of a container that waits to start again', async () => {
    expect((await logOf('crashed', '?previous=true')).status).to.equal(200);
    expect((await logOf('crashed')).status).to.equal(200);
  });

  it('answers with a Status when the source fails before its first chunk', async () => {
    log = async function* () {
      throw new LongshoreError('Unavailable', 'node n1 is not connected');
    };
    const answered = await logOf('running');
    expect(answered.json).to.include({ kind: 'Status', code: 503, message: 'node n1 is not connected' });
  });

  it('breaks off when the source fails later, so that nobody takes a part for the whole', async () => {
    log = async function* () {
      yield Buffer.from('first\n');
      throw new LongshoreError('Unavailable', 'node n1 is gone');
    };
    const failure = await logOf('running').catch((thrown: unknown) => thrown);
    expect(failure).to.be.instanceOf(Error);
  });
});
