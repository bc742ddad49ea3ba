import { join } from 'node:path';

import type { Registry } from 'prom-client';

import type { Clock } from '../lib/clock/clock.js';
import { backoffDelay } from '../lib/async/backoff.js';
import { LongshoreError } from '../lib/errors/errors.js';
import type { Logger } from '../lib/log/logger.js';
import { gatewayOf } from '../lib/net/cidr.js';
import type { PodAssignment } from '../proto/gen/longshore/node/v1/pod.js';
import { Checkpoint } from './checkpoint/checkpoint.js';
import { PullingImageManager } from './images/pulling-image-manager.js';
import { createPodWorkers } from './pod-workers/create-pod-workers.js';
import type { NodeContext } from './pod-workers/node-context.js';
import { type PodRecord, podRecords } from './pod-workers/pod-record.js';
import type { RunProbe } from './probes/run-probe.js';
import type { ContainerRuntime } from './runtime/container-runtime.js';
import { assignmentFormat, AssignmentSink } from './session/assignment-sink.js';
import type { ClusterFacts } from './session/cluster-facts.js';
import type { EventRecorder } from './status/event-recorder.js';
import { StatusReporter } from './status/status-reporter.js';
import { DiskVolumeManager } from './volumes/disk-volume-manager.js';
import type { Mounts } from './volumes/mount-runner.js';
import type { TokenSource } from './volumes/service-account-tokens.js';
import type { VolumeManager } from './volumes/volume-manager.js';

/**
 * Everything that runs this node's pods, for one place in a cluster. It needs no control
 * plane: at its start it takes up what an earlier process was assigned.
 */
export class NodePods {
  readonly runtime: ContainerRuntime;
  readonly reporter: StatusReporter;
  readonly sink: AssignmentSink;
  readonly #options: NodePodsOptions;
  readonly #files: Checkpoint<PodAssignment>;
  readonly #recordFiles: Checkpoint<PodRecord>;
  readonly #stop = new AbortController();
  readonly #workers: ReturnType<typeof createPodWorkers>;
  #networkProblem: string | undefined = 'pod network is not set up yet';

  private constructor(
    options: NodePodsOptions,
    kept: {
      files: Checkpoint<PodAssignment>;
      assignments: Map<string, PodAssignment>;
      recordFiles: Checkpoint<PodRecord>;
      records: Map<string, PodRecord>;
    },
  ) {
    const { clock, log, runtime, events, facts, context, wrapVolumes = (real) => real } = options;
    const { signal } = this.#stop;
    this.#options = options;
    this.runtime = runtime;
    this.#files = kept.files;
    this.#recordFiles = kept.recordFiles;
    const versionFloor = Math.max(0, ...[...kept.records.values()].map(({ statusVersion }) => statusVersion));
    this.reporter = new StatusReporter({ clock, versionFloor });
    const dnsServers = [gatewayOf(facts.podCidr), ...(facts.clusterDns ? [facts.clusterDns] : [])];
    this.#workers = createPodWorkers({
      ...options,
      volumes: wrapVolumes(new DiskVolumeManager(options)),
      images: new PullingImageManager({ runtime, recorder: events, clock, log, signal }),
      reporter: this.reporter,
      node: () => ({ ...context(), dnsServers, clusterDomain: facts.clusterDomain }),
      recordFiles: kept.recordFiles,
      records: kept.records,
      onGone: (podUid) => {
        log.info('pod removed', { podUid });
      },
      signal,
    });
    this.sink = new AssignmentSink({ pods: this.#workers, files: kept.files, restored: kept.assignments, log });
  }

  static async create(options: NodePodsOptions): Promise<NodePods> {
    const { stateDir, log } = options;
    const files = new Checkpoint<PodAssignment>({ ...assignmentFormat, dir: join(stateDir, 'assignments'), log });
    const recordFiles = podRecords(join(stateDir, 'records'), log);
    return new NodePods(options, {
      files,
      assignments: await files.load(),
      recordFiles,
      records: await recordFiles.load(),
    });
  }

  /** Why no pod can start; undefined when they can. */
  get problem(): string | undefined {
    return this.#networkProblem;
  }

  /** Ends when `stop` is called. */
  async run(): Promise<void> {
    const { signal } = this.#stop;
    try {
      await Promise.all([this.#workers.run(signal), this.#begin(signal)]);
    } catch (thrown) {
      if (!signal.aborted) throw thrown;
    }
  }

  /** Containers stay; what is known is on disk when it resolves. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all([this.#files.flush(), this.#recordFiles.flush()]);
  }

  /** Removes all pods of this place and what is known of them. */
  async removeEverything(): Promise<void> {
    await this.stop();
    await this.runtime.removeEverything();
    for (const uid of (await this.#files.load()).keys()) this.#files.delete(uid);
    for (const uid of (await this.#recordFiles.load()).keys()) this.#recordFiles.delete(uid);
    await Promise.all([this.#files.flush(), this.#recordFiles.flush()]);
  }

  /** The network first, then the pods of an earlier process. */
  async #begin(signal: AbortSignal): Promise<void> {
    const { clock, log, facts } = this.#options;
    for (let failures = 1; ; failures += 1) {
      try {
        await this.runtime.ensurePodNetwork({ podCidr: facts.podCidr });
        break;
      } catch (thrown) {
        const error = LongshoreError.from(thrown);
        this.#networkProblem = `pod network is not set up: ${error.message}`;
        if (failures === 1) log.warn('pod network is not set up, trying again', { podCidr: facts.podCidr, error });
        await clock.sleep(backoffDelay(failures, { initialMs: 200, maxMs: 2_000 }), signal);
      }
    }
    this.#networkProblem = undefined;
    this.sink.restore();
  }
}

export interface NodePodsOptions {
  facts: ClusterFacts;
  stateDir: string;
  runtime: ContainerRuntime;
  mounts: Mounts;
  wrapVolumes?: (real: VolumeManager) => VolumeManager;
  runProbe?: RunProbe;
  tokenSource: TokenSource;
  events: EventRecorder;
  /** What is known of the node itself, now. */
  context: () => Omit<NodeContext, 'dnsServers' | 'clusterDomain'>;
  metrics: Registry;
  clock: Clock;
  log: Logger;
}
