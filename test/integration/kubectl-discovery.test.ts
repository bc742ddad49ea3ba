import { expect } from 'chai';

import { describeWithKubectl } from '../support/kubectl-suite.js';
import { kubectlWith } from '../support/kubectl.js';

describeWithKubectl('kubectl on the API itself', {}, (suite, modern) => {
  const ok = (args: string): Promise<string> => suite().kubectl.ok(args.split(' '));

  it('reads versions and resources', async () => {
    expect(await ok('version')).to.contain('v1.36.0+longshore');
    const versions = await ok('api-versions');
    for (const version of ['v1', 'apps/v1', 'discovery.k8s.io/v1', 'coordination.k8s.io/v1'])
      expect(versions.split('\n')).to.include(version);
    const resources = await ok('api-resources --no-headers -o wide');
    expect(resources).to.match(/^pods +po +v1 +true +Pod +/m);
    expect(resources).to.match(/^deployments +deploy +apps\/v1 +true +Deployment +/m);
    expect(resources).to.match(/^nodes +no +v1 +false +Node +/m);
    expect(await ok('cluster-info')).to.contain(suite().api.url);
    expect(await ok('get --raw /healthz')).to.equal('ok');
  });

  it('explains fields, types and what is required', async () => {
    const spec = await ok('explain deployment.spec');
    expect(spec).to.match(/^ *selector\t<Object> -required-/m);
    expect(spec).to.match(/^ *replicas\t<integer>/m);
    expect(await ok('explain pod.spec.containers.env.valueFrom')).to.contain('configMapKeyRef');
    expect(await ok('explain service --recursive')).to.contain('sessionAffinity');
    expect((await suite().kubectl.run(['explain', 'pod.spec.nothing'])).stderr).to.contain('field "nothing" does not exist');
  });

  it('knows who one is and what one may do', async () => {
    expect(await ok('auth can-i create deployments.apps')).to.equal('yes\n');
    expect(await ok('auth can-i --list')).to.match(/\*\.\* +\[\] +\[\] +\[\*\]/);
    if (modern) expect(await ok('auth whoami')).to.match(/Username +kubernetes-admin/);
  });

  it('is refused what its user may not do', async () => {
    const { api, kubectl } = suite();
    const kubeconfig = await api.kubeconfig(await api.issueClient('jane', ['devs']));
    const jane = kubectlWith({ ...kubectl, kubeconfig, home: api.dir });
    const refused = await jane.run(['get', 'pods']);
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.contain(
      'Error from server (Forbidden): pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"',
    );
    expect((await jane.run(['auth', 'can-i', 'list', 'pods'])).stdout).to.equal('no\n');
    expect((await jane.run(['version'])).code).to.equal(0);
  });

  it('is told about what it may not use as another user', async () => {
    expect((await suite().kubectl.run(['auth', 'can-i', 'get', 'pods', '--as=nobody'])).stdout).to.equal('no\n');
  });
});
