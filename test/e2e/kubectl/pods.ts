import { readFile, rm } from 'node:fs/promises';

import { expect } from 'chai';

import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import { eventually } from '../../support/local-cluster.js';
import { pod, shell, sleeper } from './manifests.js';
import { type Scene, SceneCommands } from './scene.js';

/** get, describe, create, edit, label, annotate, logs, wait and delete on running pods. */
export function describePods(scene: () => Scene): void {
  const kubectl = new SceneCommands(scene);

  before(async () => {
    const crashing = shell(
      'main',
      'if [ -f /kept/ran ]; then echo second life; exec sleep 3600; fi; touch /kept/ran; echo first life; exit 3',
      {
        volumeMounts: [{ name: 'kept', mountPath: '/kept' }],
      },
    );
    const talking = shell(
      'main',
      'for i in 1 2 3 4 5; do echo line $i; done; while ! [ -f /tmp/go ]; do sleep 0.1; done; echo the end',
    );
    const manifests = [
      sleeper('plain'),
      pod('crashing', [crashing], { volumes: [{ name: 'kept', emptyDir: {} }] }),
      pod('talking', [talking, shell('other', 'echo from the other; exec sleep 3600')], { restartPolicy: 'Never' }),
    ];
    for (const manifest of manifests) {
      expect(await kubectl.ok('create -f -', manifest)).to.match(/^pod\/\S+ created\n$/);
    }
    expect(await kubectl.ok('wait --for=condition=Ready pod/plain pod/talking --timeout=30s')).to.equal(
      'pod/plain condition met\npod/talking condition met\n',
    );
  });

  it('gets them as tables, wide and as YAML', async () => {
    expect(await kubectl.ok('get pods plain')).to.match(/^NAME +READY +STATUS +RESTARTS +AGE\nplain +1\/1 +Running +0 +\d+s\n$/);
    expect(await kubectl.ok('get pods plain -o wide')).to.match(/ +\d+s +10\.\d+\.\d+\.\d+ +\S+-[12] +<none> +<none>\n$/);
    const yaml = await kubectl.ok('get pod plain -o yaml');
    expect(yaml).to.contain('containerID: docker://').and.to.contain('phase: Running').and.to.contain('podIP: 10.');
    expect(await kubectl.ok('get nodes -o wide')).to.match(/-1 +Ready .* docker:\/\//);
  });

  it('watches them from creation to deletion', async () => {
    await using watch = kubectl.follow('get pods -w');
    await eventually('the watch has begun', 10_000, async () => /^plain /m.test(watch.output));
    await kubectl.ok('create -f -', sleeper('watched'));
    await kubectl.ok('wait --for=condition=Ready pod/watched --timeout=30s');
    expect(await kubectl.ok('delete pod watched --timeout=20s')).to.contain('pod "watched" deleted');
    await eventually('the watch tells of every step', 5_000, async () => {
      const steps = ['Pending', 'ContainerCreating', 'Running', 'Terminating'];
      return steps.every((step) => new RegExp(`^watched .* ${step} `, 'm').test(watch.output)) || watch.output;
    });
  });

  it('describes a pod and its node', async () => {
    const described = await kubectl.ok('describe pod plain');
    expect(described).to.match(/^Node: +\S+-[12]\/10\./m);
    expect(described).to.match(/State: +Running/);
    expect(described).to.match(/Normal +Scheduled .*Successfully assigned/);
    for (const reason of ['Created', 'Started']) expect(described).to.match(new RegExp(`Normal +${reason} `));
    expect(described).to.match(/from kube-api-access-\w+ \(ro\)|\/var\/run\/secrets\/kubernetes\.io\/serviceaccount/);
    const { spec } = await kubectl.json<Pod>('get pod plain');
    const node = await kubectl.ok(`describe node ${spec.nodeName ?? ''}`);
    expect(node).to.match(/Ready +True .*KubeletReady/);
    expect(node).to.match(new RegExp(`${kubectl.scene.namespace} +plain +0`));
    expect(node).to.match(/Lease:\n +HolderIdentity: +\S+-[12]\n/);
  });

  it('labels and annotates', async () => {
    expect(await kubectl.ok('label pod plain tier=front')).to.match(/^pod\/plain labeled\n/);
    expect(await kubectl.refused('label pod plain tier=back')).to.contain("'tier' already has a value (front)");
    await kubectl.ok('label pod plain tier=back --overwrite');
    expect(await kubectl.ok('get pods -l tier=back -o name')).to.equal('pod/plain\n');
    await kubectl.ok('label pod plain tier-');
    expect(await kubectl.ok('get pods -l tier -o name')).to.equal('');
    expect(await kubectl.ok('annotate pod plain example.com/note=hello')).to.match(/^pod\/plain annotated\n/);
    expect((await kubectl.json<Pod>('get pod plain')).metadata.annotations).to.include({ 'example.com/note': 'hello' });
  });

  it('edits with an editor', async () => {
    const edit = (program: string): ReturnType<Scene['kubectl']['run']> =>
      kubectl.scene.kubectl.run(['edit', 'pod', 'plain', '-n', kubectl.scene.namespace], { env: { KUBE_EDITOR: program } });
    const edited = await edit('sed -i "s/app: plain/app: edited/"');
    expect(edited.stdout, edited.stderr).to.equal('pod/plain edited\n');
    expect((await kubectl.json<Pod>('get pod plain')).metadata.labels).to.deep.equal({ app: 'edited' });
    expect((await edit('true')).stdout + (await edit('true')).stderr).to.contain('Edit cancelled, no changes made');
    const refused = await edit('sed -i "s/restartPolicy: Always/restartPolicy: Never/"');
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.contain('pods "plain" is invalid');
    // kubectl tells the reasons in the file that it opened again, and keeps that file.
    const copy = /stored to "(.+)"/.exec(refused.stderr)?.[1] ?? '';
    expect(await readFile(copy, 'utf8')).to.contain('pod updates may not change fields other than');
    await rm(copy);
  });

  it('shows logs, follows them, and shows those of the container before', async () => {
    expect(await kubectl.ok('logs talking -c main')).to.equal('line 1\nline 2\nline 3\nline 4\nline 5\n');
    expect(await kubectl.ok('logs talking -c main --tail=2')).to.equal('line 4\nline 5\n');
    expect(await kubectl.ok('logs talking -c other')).to.equal('from the other\n');
    expect(await kubectl.ok('logs talking -c other --timestamps')).to.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z from the other\n$/);
    expect(await kubectl.refused('logs talking -c absent')).to.contain('container absent is not valid for pod talking');
    await eventually('the second life', 40_000, async () => (await kubectl.ok('logs crashing')) === 'second life\n');
    expect(await kubectl.ok('logs crashing --previous')).to.equal('first life\n');
    expect(await kubectl.ok('get pod crashing')).to.match(/1\/1 +Running +1 /);
    const described = await kubectl.ok('describe pod crashing');
    expect(described).to.match(/Last State: +Terminated\n +Reason: +Error\n +Exit Code: +3/);
    expect(described).to.match(/Restart Count: +1/);
  });

  it('follows logs until the pod is gone', async () => {
    await using following = kubectl.follow('logs -f talking -c other --since=1h');
    await eventually('the log so far', 5_000, async () => following.output === 'from the other\n');
    const gone = kubectl.ok('wait --for=delete pod/talking --timeout=20s');
    await kubectl.ok('delete pod talking --grace-period=1 --wait=false');
    await gone;
    expect(await following.ended()).to.equal('from the other\n');
    expect(await kubectl.refused('get pod talking')).to.equal('Error from server (NotFound): pods "talking" not found\n');
  });

  it('deletes by label, and at once when it is forced', async () => {
    expect(await kubectl.ok('delete pods -l app=crashing --timeout=20s')).to.contain('pod "crashing" deleted');
    expect(await kubectl.ok('delete pod plain --force --grace-period=0')).to.contain('pod "plain" force deleted');
    expect(await kubectl.ok('delete pod plain --ignore-not-found')).to.equal('');
  });
}
