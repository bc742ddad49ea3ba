import { expect } from 'chai';

import { describeWithKubectl } from '../support/kubectl-suite.js';
import { configMapManifest, deploymentManifest } from '../support/manifests.js';

describeWithKubectl('kubectl on objects', {}, (suite, modern) => {
  const ok = (args: string, stdin?: string): Promise<string> =>
    suite().kubectl.ok(args.split(' '), stdin === undefined ? {} : { stdin });
  const json = async (args: string): Promise<Record<string, never>> =>
    JSON.parse(await ok(`${args} -o json`)) as Record<string, never>;

  it('creates objects from manifests and refuses them a second time', async () => {
    expect(await ok('create -f -', configMapManifest('made', { a: '1' }))).to.equal('configmap/made created\n');
    const again = await suite().kubectl.run(['create', '-f', '-'], { stdin: configMapManifest('made', { a: '1' }) });
    expect(again.code).to.equal(1);
    expect(again.stderr).to.contain('Error from server (AlreadyExists)');
    expect(again.stderr).to.contain('configmaps "made" already exists');
  });

  it('creates objects from flags, in the encoding that its version speaks', async () => {
    await ok('create namespace flags');
    await ok('create deployment web --image=nginx:1 --replicas=3 -n flags');
    await ok('create configmap settings --from-literal=a=b -n flags');
    await ok('create secret generic keys --from-literal=password=s3cret -n flags');
    await ok('create service clusterip front --tcp=80:8080 -n flags');
    await ok('create serviceaccount robot -n flags');
    expect(await json('get deployment web -n flags')).to.have.nested.property(
      'spec.template.spec.containers[0].image',
      'nginx:1',
    );
    expect(await json('get deployment web -n flags')).to.have.nested.property('spec.replicas', 3);
    expect(await json('get configmap settings -n flags')).to.have.deep.property('data', { a: 'b' });
    const secret = await json('get secret keys -n flags');
    expect(Buffer.from(String(secret.data?.['password']), 'base64').toString()).to.equal('s3cret');
    expect(await json('get service front -n flags')).to.have.nested.property('spec.ports[0].targetPort', 8080);
  });

  it('runs a pod', async () => {
    expect(await ok('run single --image=busybox --restart=Never -- sleep 60')).to.equal('pod/single created\n');
    expect(await json('get pod single')).to.have.deep.nested.property('spec.containers[0].args', ['sleep', '60']);
  });

  it('applies: create, unchanged, update, diff, prune of fields', async () => {
    const manifest = deploymentManifest('applied');
    expect(await ok('apply -f -', manifest)).to.equal('deployment.apps/applied created\n');
    const before = await json('get deployment applied');
    expect(await ok('apply -f -', manifest)).to.equal('deployment.apps/applied unchanged\n');
    expect(await json('get deployment applied')).to.deep.equal(before);

    const changed = deploymentManifest('applied', { replicas: 5, image: 'nginx:2' }).replace(
      / +- name: GREETING\n +value: hello\n/,
      '            - name: OTHER\n              value: x\n',
    );
    const diff = await suite().kubectl.run(['diff', '-f', '-'], { stdin: changed });
    expect(diff.code, diff.stderr).to.equal(1);
    expect(diff.stdout).to.contain('-  replicas: 2').and.to.contain('+  replicas: 5');
    expect(await ok('apply -f -', changed)).to.equal('deployment.apps/applied configured\n');
    const after = await json('get deployment applied');
    expect(after).to.have.deep.nested.property('spec.template.spec.containers[0].env', [{ name: 'OTHER', value: 'x' }]);
    const none = await suite().kubectl.run(['diff', '-f', '-'], { stdin: changed });
    expect([none.code, none.stdout]).to.deep.equal([0, '']);
  });

  it('tries without storing', async () => {
    expect(await ok('apply --dry-run=server -f -', deploymentManifest('tried'))).to.equal(
      'deployment.apps/tried created (server dry run)\n',
    );
    expect(await ok('create --dry-run=server -f -', configMapManifest('tried', { a: 'b' }))).to.contain(
      'created (server dry run)',
    );
    const absent = await suite().kubectl.run(['get', 'deployment', 'tried']);
    expect(absent.stderr).to.equal('Error from server (NotFound): deployments.apps "tried" not found\n');
  });

  it('refuses a misspelled field, naming it', async () => {
    const misspelled = deploymentManifest('misspelled').replace('replicas:', 'replcas:');
    const refused = await suite().kubectl.run(['apply', '-f', '-'], { stdin: misspelled });
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.match(/unknown field "(spec\.)?replcas"/);
    const unchecked = await suite().kubectl.run(['create', '--validate=false', '-f', '-'], { stdin: misspelled });
    if (modern) expect(unchecked.code, unchecked.stderr).to.equal(0);
    else expect(unchecked.stderr).to.contain('unknown field "spec.replcas"');
  });

  it('refuses wrong values with a cause for each', async () => {
    const wrong = deploymentManifest('wrong', { replicas: -1 }).replace('containerPort: 80', 'containerPort: 70000');
    const refused = await suite().kubectl.run(['create', '-f', '-'], { stdin: wrong });
    expect(refused.stderr).to.contain('The Deployment "wrong" is invalid:');
    expect(refused.stderr).to.contain('* spec.replicas: Invalid value: -1');
    expect(refused.stderr).to.contain('* spec.template.spec.containers[0].ports[0].containerPort: Invalid value: 70000');
  });

  it('edits with the editor of the user', async () => {
    await ok('apply -f -', deploymentManifest('edited'));
    const edited = await suite().kubectl.run(['edit', 'deployment', 'edited'], { env: { EDITOR: 'sed -i s/nginx:1/nginx:9/' } });
    expect(edited.code, edited.stderr).to.equal(0);
    expect(edited.stdout).to.equal('deployment.apps/edited edited\n');
    expect(await json('get deployment edited')).to.have.nested.property('spec.template.spec.containers[0].image', 'nginx:9');
  });

  it('labels, annotates, patches and replaces', async () => {
    await ok('create -f -', configMapManifest('marked', { a: '1' }));
    await ok('label configmap marked tier=front');
    expect(await ok('get configmaps -l tier=front -o name')).to.equal('configmap/marked\n');
    expect((await suite().kubectl.run(['label', 'configmap', 'marked', 'tier=back'])).code).to.equal(1);
    await ok('label configmap marked tier=back --overwrite');
    await ok('label configmap marked tier-');
    await ok('annotate configmap marked note=x');
    await suite().kubectl.ok(['patch', 'configmap', 'marked', '--type=merge', '-p', '{"data":{"a":null,"b":"2"}}']);
    await suite().kubectl.ok(['patch', 'configmap', 'marked', '-p', '{"data":{"c":"3"}}']);
    await suite().kubectl.ok(['patch', 'configmap', 'marked', '--type=json', '-p', '[{"op":"remove","path":"/data/b"}]']);
    const marked = await json('get configmap marked');
    expect(marked).to.have.deep.property('data', { c: '3' });
    expect(marked).to.have.deep.nested.property('metadata.annotations', { note: 'x' });
    const test = await suite().kubectl.run([
      'patch',
      'configmap',
      'marked',
      '--type=json',
      '-p',
      '[{"op":"test","path":"/data/c","value":"4"}]',
    ]);
    expect(test.stderr).to.contain('The request is invalid');
    await ok('replace -f -', configMapManifest('marked', { d: '4' }));
    expect(await json('get configmap marked')).to.have.deep.property('data', { d: '4' });
  });

  it('deletes by name, selector and file, and waits for finalizers', async () => {
    await ok('create -f -', configMapManifest('gone-1', { a: '1' }));
    expect(await ok('delete configmap gone-1')).to.match(/^configmap "gone-1" deleted/);
    await ok('create -f -', configMapManifest('gone-2', { a: '1' }));
    await ok('label configmap gone-2 going=yes');
    expect(await ok('delete configmap -l going=yes')).to.match(/^configmap "gone-2" deleted/);
    await ok('create -f -', configMapManifest('gone-3', { a: '1' }));
    await ok('delete -f -', configMapManifest('gone-3', { a: '1' }));
    const missing = await suite().kubectl.run(['delete', 'configmap', 'gone-3']);
    expect(missing.stderr).to.contain('configmaps "gone-3" not found');
    await ok('delete configmap gone-3 --ignore-not-found');

    await ok('create -f -', configMapManifest('held', { a: '1' }));
    await suite().kubectl.ok(['patch', 'configmap', 'held', '-p', '{"metadata":{"finalizers":["example.com/hold"]}}']);
    const waiting = suite().kubectl.run(['delete', 'configmap', 'held']);
    await ok('wait --for=jsonpath={.metadata.name}=held configmap/held --timeout=5s').catch(() => undefined);
    expect(await json('get configmap held')).to.have.nested.property('metadata.name', 'held');
    await suite().kubectl.ok(['patch', 'configmap', 'held', '--type=merge', '-p', '{"metadata":{"finalizers":null}}']);
    expect((await waiting).code).to.equal(0);
    expect((await suite().kubectl.run(['get', 'configmap', 'held'])).code).to.equal(1);
  });

  it('deletes a pod that no node has at once, and one that runs with its grace period', async () => {
    await ok('run unbound --image=busybox');
    await ok('delete pod unbound');
    await ok('run bound --image=busybox');
    await suite()
      .api.resources.client('pods')
      .modify('default', 'bound', (pod) => void (pod.spec.nodeName = 'n1'));
    await ok('delete pod bound --wait=false --grace-period=33');
    expect(await json('get pod bound')).to.have.nested.property('metadata.deletionGracePeriodSeconds', 33);
    await ok('delete pod bound --grace-period=0 --force');
    expect((await suite().kubectl.run(['get', 'pod', 'bound'])).code).to.equal(1);
  });

  it('lists in chunks', async () => {
    await ok('create namespace chunks');
    for (let index = 0; index < 7; index++) {
      await suite()
        .api.resources.client('configmaps')
        .create({
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { namespace: 'chunks', name: `c${index}` },
        });
    }
    const names = await ok('get configmaps -n chunks --chunk-size=2 -o name');
    expect(names.trim().split('\n')).to.have.length(7);
    expect((await ok('get configmaps -n chunks --chunk-size=3')).trim().split('\n')).to.have.length(8);
  });
});
