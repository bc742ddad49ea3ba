import { ensureTestImage } from '../support/images.js';
import { LocalCluster } from '../support/local-cluster.js';
import { PodWatch } from '../support/pod-watch.js';
import { describeConfiguration } from './pods/configuration.js';
import { describeEnds } from './pods/ends.js';
import { describeImages } from './pods/images.js';
import { describeLife } from './pods/life.js';
import type { Scene } from './pods/scene.js';
import { describeVolumes } from './pods/volumes.js';

describe('Pods on a node', function () {
  const cluster = new LocalCluster({ name: 'pods', net: 3, nodes: 1 });
  let scene: Scene;

  before(async () => {
    await cluster.down();
    await ensureTestImage('busybox');
    await cluster.up();
    scene = { cluster, pods: new PodWatch({ kubeconfig: cluster.layout.kubeconfig, namespace: 'default' }) };
  });
  after(async () => {
    await scene.pods.stop();
    await cluster.down();
  });
  /** Leaves room on the node for the pods of the next chapter. */
  const chapter = (name: string, describePods: (current: () => Scene) => void): void => {
    describe(name, () => {
      describePods(() => scene);
      after(() => cluster.kubectl('delete', 'pods', '--all', '--wait=false'));
    });
  };

  chapter('configuration', describeConfiguration);
  chapter('volumes and what is shared', describeVolumes);
  chapter('images', describeImages);
  chapter('ends and restarts', describeEnds);
  chapter('life', describeLife);
});
