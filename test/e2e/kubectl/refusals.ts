import { expect } from 'chai';

import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import { eventually } from '../../support/local-cluster.js';
import { configMap, deployment, pod, shell, sleeper } from './manifests.js';
import { type Scene, SceneCommands } from './scene.js';

/** What is wrong with a manifest is said field by field. */
export function describeRefusals(scene: () => Scene): void {
  const kubectl = new SceneCommands(scene);

  it('refuses a misspelled field', async () => {
    const manifest = JSON.stringify(deployment('wrong')).replace('"replicas"', '"replcas"');
    expect(await kubectl.refused('create -f -', manifest)).to.match(/unknown field "(spec\.)?replcas"/);
  });

  it('refuses a wrong type', async () => {
    const manifest = JSON.stringify(deployment('wrong')).replace('"replicas":2', '"replicas":"two"');
    expect(await kubectl.refused('create --validate=false -f -', manifest)).to.match(/spec\.replicas/);
  });

  it('refuses a manifest that lacks a required field', async () => {
    const container = { name: 'main' };
    expect(await kubectl.refused('create -f -', pod('wrong', [container]))).to.contain(
      'spec.containers[0].image: Required value',
    );
    const unselective = JSON.stringify(deployment('wrong')).replace('"selector":{"matchLabels":{"app":"wrong"}},', '');
    expect(await kubectl.refused('create --validate=false -f -', unselective)).to.contain('spec.selector: Required value');
  });

  it('refuses values out of range, all in one answer', async () => {
    const wrong = shell('main', 'true', { ports: [{ containerPort: 70_000 }], resources: { requests: { cpu: '-1' } } });
    const refusal = await kubectl.refused('create -f -', pod('Wrong_Name', [wrong]));
    expect(refusal).to.contain('The Pod "Wrong_Name" is invalid');
    expect(refusal).to.contain('metadata.name: Invalid value: "Wrong_Name"');
    expect(refusal).to.contain('spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535');
    expect(refusal).to.contain('spec.containers[0].resources.requests[cpu]: Invalid value: "-1"');
    const unknown = await kubectl.refused('create -f -', sleeper('wrong', { restartPolicy: 'Sometimes' }));
    expect(unknown).to.contain(
      'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "Never", "OnFailure"',
    );
  });

  it('says why a pod fits nowhere, on the pod and in an event, and places it once it fits', async () => {
    const picky = sleeper('picky', { nodeSelector: { 'example.com/disk': kubectl.scene.namespace } });
    const hungry = pod('hungry', [shell('main', 'exec sleep 3600', { resources: { requests: { cpu: '500' } } })]);
    for (const manifest of [picky, hungry]) await kubectl.ok('create -f -', manifest);
    const expected = {
      picky: "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.",
      hungry: '0/2 nodes are available: 2 Insufficient cpu.',
    };
    for (const [name, message] of Object.entries(expected)) {
      await eventually('the condition', 5_000, async () => {
        const { status } = await kubectl.json<Pod>(`get pod ${name}`);
        const condition = status?.conditions?.find(({ type }) => type === 'PodScheduled');
        const said = `${condition?.status ?? ''} ${condition?.reason ?? ''} ${condition?.message ?? ''}`;
        return said.startsWith(`False Unschedulable ${message}`) || said;
      });
      await eventually('the event', 5_000, async () => {
        const described = await kubectl.ok(`describe pod ${name}`);
        return (/Warning +FailedScheduling .*/.exec(described)?.[0].includes(message) ?? false) || described;
      });
      expect(await kubectl.ok(`get pod ${name}`)).to.match(/0\/1 +Pending +0 /);
    }
    const node = (await kubectl.ok('get nodes -o name')).trim().split('\n')[0] ?? '';
    await kubectl.ok(`label ${node} example.com/disk=${kubectl.scene.namespace} --overwrite`);
    await kubectl.ok('wait --for=condition=Ready pod/picky --timeout=20s');
    await kubectl.ok(`label ${node} example.com/disk-`);
    await kubectl.ok('delete pod picky hungry --timeout=20s');
  });

  it('keeps pods off a cordoned node', async () => {
    const [cordoned = '', other = ''] = (await kubectl.ok('get nodes -o name')).trim().split('\n');
    expect(await kubectl.ok(`cordon ${cordoned.slice('node/'.length)}`)).to.equal(`${cordoned} cordoned\n`);
    try {
      expect(await kubectl.ok(`get ${cordoned}`)).to.contain('Ready,SchedulingDisabled');
      for (const name of ['off-1', 'off-2']) await kubectl.ok('create -f -', sleeper(name));
      await kubectl.ok('wait --for=condition=Ready pod/off-1 pod/off-2 --timeout=20s');
      const nodes = await kubectl.ok('get pods off-1 off-2 -o jsonpath={.items[*].spec.nodeName}');
      expect(new Set(nodes.split(' '))).to.deep.equal(new Set([other.slice('node/'.length)]));
    } finally {
      await kubectl.ok(`uncordon ${cordoned.slice('node/'.length)}`);
    }
  });

  it('deletes a namespace with all that is in it', async () => {
    const doomed = `${kubectl.scene.namespace}-doomed`;
    await kubectl.scene.kubectl.ok(['create', 'namespace', doomed]);
    const create = (manifest: object): Promise<string> =>
      kubectl.scene.kubectl.ok(['create', '-n', doomed, '-f', '-'], { stdin: JSON.stringify(manifest) });
    await create(deployment('inside'));
    await create(configMap('inside', { a: 'b' }));
    await kubectl.scene.kubectl.ok(['rollout', 'status', '-n', doomed, 'deployment/inside', '--timeout=30s']);
    expect(await kubectl.scene.kubectl.ok(['delete', 'namespace', doomed, '--timeout=30s'])).to.contain('deleted');
    expect(await kubectl.refused(`get namespace ${doomed}`)).to.contain(`namespaces "${doomed}" not found`);
    expect(await kubectl.ok(`get pods -A --field-selector=metadata.namespace=${doomed} -o name`)).to.equal('');
  });
}
