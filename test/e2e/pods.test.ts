import { ensureTestImage } from '../support/images.js';
import { useClusterUser } from '../support/cluster-user.js';
import { PodWatch } from '../support/pod-watch.js';
import { describeConfiguration } from './pods/configuration.js';
import { describeEnds } from './pods/ends.js';
import { describeImages } from './pods/images.js';
import { describeLife } from './pods/life.js';
import type { Scene } from './pods/scene.js';
import { describeVolumes } from './pods/volumes.js';

describe('Pods on a node', function () {
  const user = useClusterUser({ nodes: 1 });
  let scene: Scene;

  before(async () => {
    await ensureTestImage('busybox');
    scene = { user, pods: new PodWatch({ kubeconfig: user.cluster.kubeconfig, namespace: 'default' }) };
  });
  after(() => scene.pods.stop());
  /** Leaves room on the node for the pods of the next chapter. */
  const chapter = (name: string, describePods: (current: () => Scene) => void): void => {
    describe(name, () => {
      describePods(() => scene);
      after(() => user.kubectl('delete', 'pods', '--all', '--wait=false'));
    });
  };

  chapter('configuration', describeConfiguration);
  chapter('volumes and what is shared', describeVolumes);
  chapter('images', describeImages);
  chapter('ends and restarts', describeEnds);
  chapter('life', describeLife);
});
