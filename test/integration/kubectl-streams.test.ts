import { type ChildProcess } from 'node:child_process';

import { expect } from 'chai';

import type { PodLogOptions } from '../../control-plane/resources/pod/pod-log-options.js';
import { describeWithKubectl } from '../support/kubectl-suite.js';
import { configMapManifest } from '../support/manifests.js';

const asked: PodLogOptions[] = [];
/** Lines that a followed log has yet to give. */
let later: AsyncIterable<Uint8Array> | undefined;

const podLogs = {
  open: async function* (_pod: unknown, container: string, options: PodLogOptions): AsyncIterable<Uint8Array> {
    asked.push(options);
    yield Buffer.from(`${container}: first line\n`);
    if (options.follow && later) yield* later;
  },
};

describeWithKubectl('kubectl on streams', { podLogs }, (suite) => {
  const ok = (args: string, stdin?: string): Promise<string> =>
    suite().kubectl.ok(args.split(' '), stdin === undefined ? {} : { stdin });
  let started: ChildProcess | undefined;
  afterEach(() => started?.kill());

  const output = (child: ChildProcess): { until: (pattern: RegExp) => Promise<string> } => {
    let text = '';
    const waiting = new Set<() => void>();
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      for (const check of waiting) check();
    });
    return {
      until: (pattern) =>
        new Promise((resolve) => {
          const check = (): void => {
            if (!pattern.test(text)) return;
            waiting.delete(check);
            resolve(text);
          };
          waiting.add(check);
          check();
        }),
    };
  };

  it('watches a table as it changes', async () => {
    await ok('create -f -', configMapManifest('seen', { a: '1' }));
    const child = suite().kubectl.start(['get', 'configmaps', '-w']);
    started = child;
    const { until } = output(child);
    await until(/^seen +1 /m);
    await ok('create -f -', configMapManifest('appears', { a: '1', b: '2' }));
    await until(/^appears +2 /m);
    await suite().kubectl.ok(['patch', 'configmap', 'appears', '-p', '{"data":{"c":"3"}}']);
    const text = await until(/^appears +3 /m);
    expect(text.match(/^NAME/gm)).to.have.length(1);
  });

  it('watches whole objects', async () => {
    const child = suite().kubectl.start(['get', 'secrets', '-w', '-o', 'jsonpath={.metadata.name}{"\\n"}']);
    started = child;
    const { until } = output(child);
    await ok('create secret generic told --from-literal=a=b');
    await until(/^told$/m);
  });

  it('reads and follows logs', async () => {
    const pods = suite().api.resources.client('pods');
    await ok('run talker --image=busybox');
    await pods.modify('default', 'talker', (pod) => void (pod.spec.nodeName = 'n1'));
    const waiting = await suite().kubectl.run(['logs', 'talker']);
    expect(waiting.stderr).to.contain('container "talker" in pod "talker" is waiting to start: ContainerCreating');
    await pods.modify(
      'default',
      'talker',
      (pod) => {
        const status = { name: 'talker', image: 'busybox', imageID: '', ready: true, restartCount: 0, state: { running: {} } };
        pod.status = { ...pod.status, phase: 'Running', containerStatuses: [status] };
      },
      { subresource: 'status' },
    );
    expect(await ok('logs talker')).to.equal('talker: first line\n');
    await ok('logs talker --tail=5 --timestamps --since=1m');
    expect(asked.at(-1)).to.include({ tailLines: 5, timestamps: true, follow: false });
    const previous = await suite().kubectl.run(['logs', 'talker', '--previous']);
    expect(previous.stderr).to.contain('previous terminated container "talker" in pod "talker" not found');

    let say: (text: string) => void = () => undefined;
    const line = new Promise<string>((resolve) => (say = resolve));
    later = (async function* () {
      yield Buffer.from(await line);
    })();
    const child = suite().kubectl.start(['logs', '-f', 'talker']);
    started = child;
    const { until } = output(child);
    await until(/first line/);
    say('second line\n');
    await until(/second line/);
    await new Promise((resolve) => child.once('exit', resolve));
    expect(child.exitCode).to.equal(0);
  });

  it('names the containers to choose from', async () => {
    await suite()
      .api.resources.client('pods')
      .create({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { namespace: 'default', name: 'pair' },
        spec: { containers: ['a', 'b'].map((name) => ({ name, image: 'busybox' })), nodeName: 'n1' },
      });
    const raw = await suite().kubectl.run(['get', '--raw', '/api/v1/namespaces/default/pods/pair/log']);
    expect(raw.stderr).to.contain('a container name must be specified for pod pair, choose one of: [a b]');
  });
});
