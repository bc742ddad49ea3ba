import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ensureTestImage } from '../support/images.js';
import { debianKubectl, kubectlOnPath, kubectlWith } from '../support/kubectl.js';
import { useClusterUser } from '../support/cluster-user.js';
import { describeAccess } from './kubectl/access.js';
import { describeDeployments } from './kubectl/deployments.js';
import { describePods } from './kubectl/pods.js';
import { describeRefusals } from './kubectl/refusals.js';
import type { Scene } from './kubectl/scene.js';
import { describeStreams } from './kubectl/streams.js';

const clients = [
  { name: 'the kubectl on PATH', namespace: 'modern', modern: true, binary: async () => kubectlOnPath },
  { name: "Debian's kubectl", namespace: 'debian', modern: false, binary: debianKubectl },
];

describe('A cluster under kubectl', function () {
  const user = useClusterUser({ nodes: 2 });

  before(async () => {
    await ensureTestImage('busybox');
  });

  for (const { name, namespace, modern, binary } of clients) {
    describe(`with ${name}`, () => {
      let scene: Scene;
      let home: string;

      before(async () => {
        home = await mkdtemp(join(tmpdir(), 'longshore-kubectl-home-'));
        const kubectl = kubectlWith({ binary: await binary(), kubeconfig: user.cluster.kubeconfig, home });
        scene = { kubectl, namespace, modern };
        await kubectl.ok(['create', 'namespace', namespace]);
      });

      after(async () => {
        await rm(home, { recursive: true, force: true });
      });

      describe('pods', () => describePods(() => scene));
      describe('deployments', () => describeDeployments(() => scene));
      describe('refusals and reasons', () => describeRefusals(() => scene));
      describe('streams', () =>
        describeStreams(
          () => scene,
          () => user,
        ));
      describe('access', () =>
        describeAccess(
          () => scene,
          () => user.cluster.kubeconfig,
        ));
    });
  }
});
