import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { ApiClient } from '../lib/kubernetes-client/api-client.js';
import { readKubeconfig } from '../lib/kubernetes-client/kubeconfig.js';
import { layoutOf } from '../lib/local-cluster/layout.js';
import { readStatus, type ProcessStatus } from '../cli/status/status.js';
import { systemClock } from '../lib/clock/clock.js';
import { benchImage, sleepCommand } from './bench-image.js';

const run = promisify(execFile);
const longshore = new URL('../bin/longshore.js', import.meta.url).pathname;
const dir = '/var/lib/longshore/bench';

/** A three-node cluster of its own, beside whatever else runs on the machine. */
export class LongshoreCluster {
  readonly #client: ApiClient;
  /** Deployments so far; each has a name of its own, so that no old status is taken for a new one. */
  #measured = 0;
  /** From the command's start until it says that three nodes are Ready. */
  readonly startMs: number;

  static async start(): Promise<LongshoreCluster> {
    await LongshoreCluster.stop();
    const startedMs = systemClock.monotonic();
    await run(process.execPath, [longshore, 'up', '--dir', dir, '--pod-net', '248', '--service-net', '98', '--port', '7443']);
    const startMs = systemClock.monotonic() - startedMs;
    return new LongshoreCluster(new ApiClient(await readKubeconfig(layoutOf(dir).kubeconfig)), startMs);
  }

  static async stop(): Promise<void> {
    await run(process.execPath, [longshore, 'down', '--dir', dir]);
  }

  private constructor(client: ApiClient, startMs: number) {
    this.#client = client;
    this.startMs = startMs;
  }

  /** @returns ms from the Deployment's creation until the API shows all of its pods Ready */
  async measurePods(count: number): Promise<number> {
    const name = `bench-${count}-${++this.#measured}`;
    const startedMs = systemClock.monotonic();
    await this.#client.apply(benchDeployment(name, count));
    await this.#client.waitFor(`deployment/${name}`, 'Ready', { timeoutMs: 120_000 });
    const elapsedMs = systemClock.monotonic() - startedMs;
    await this.#client.apply(benchDeployment(name, 0));
    for await (const pods of this.#client.pods.observe()) if (pods.length === 0) break;
    return elapsedMs;
  }

  async processes(): Promise<ProcessStatus[]> {
    return (await readStatus(dir)).processes;
  }
}

function benchDeployment(name: string, replicas: number) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [{ name: 'sleep', image: benchImage, imagePullPolicy: 'Never', command: sleepCommand }],
        },
      },
    },
  };
}
