import { join } from 'node:path';

import { Registry } from 'prom-client';

import type { PodAssignment } from '../../../proto/gen/longshore/node/v1/pod.js';
import type { PodStatusReport } from '../../../proto/gen/longshore/node/v1/pod_status.js';
import type { FakeClock } from '../../../lib/clock/fake-clock.js';
import { silentLogger } from '../../../lib/log/logger.js';
import { PullingImageManager } from '../../images/pulling-image-manager.js';
import type { ProbeOutcome } from '../../probes/probe-outcome.js';
import type { FakeRuntime } from '../../runtime/fake/fake-runtime.js';
import type { PodEvent } from '../../status/event-recorder.js';
import { StatusReporter } from '../../status/status-reporter.js';
import { createPodWorkers } from '../create-pod-workers.js';
import { desiredPod } from '../desired-pod.js';
import { podRecords } from '../pod-record.js';
import type { PodWorkers } from '../pod-workers.js';
import type { FakeVolumeManager } from './fake-volume-manager.js';

/** The pod workers of one agent process on a fake engine; what they report and what they say. */
export class TestNode {
  readonly reports: PodStatusReport[] = [];
  readonly events: PodEvent[] = [];
  readonly gone: string[] = [];
  probe: ProbeOutcome = { result: 'success', message: '' };
  readonly #options: TestNodeOptions;
  readonly #stop = new AbortController();
  #workers: PodWorkers | undefined;
  #flush: () => Promise<void> = () => Promise.resolve();

  constructor(options: TestNodeOptions) {
    this.#options = options;
  }

  get workers(): PodWorkers {
    if (!this.#workers) throw new Error('not started');
    return this.#workers;
  }

  async start(): Promise<this> {
    const { clock, runtime, volumes, dir } = this.#options;
    const { signal } = this.#stop;
    const log = silentLogger;
    const events = { record: (event: PodEvent) => void this.events.push(event) };
    const recordFiles = podRecords(join(dir, 'records'), log);
    const records = await recordFiles.load();
    const versionFloor = Math.max(0, ...[...records.values()].map(({ statusVersion }) => statusVersion));
    const reporter = new StatusReporter({ clock, versionFloor });
    this.#flush = () => recordFiles.flush();
    this.#workers = createPodWorkers({
      clock,
      log,
      runtime,
      volumes,
      images: new PullingImageManager({ runtime, recorder: events, clock, log, signal }),
      reporter,
      events,
      node: () => ({
        nodeName: 'n1',
        hostIp: '10.0.0.9',
        nodeAllocatable: { cpuMillis: 2000, memoryBytes: 2 ** 32, ephemeralStorageBytes: 2 ** 34 },
        memoryBytes: 2 ** 32,
        dnsServers: ['10.244.1.1'],
        clusterDomain: 'cluster.local',
      }),
      recordFiles,
      records,
      metrics: new Registry(),
      onGone: (podUid) => this.gone.push(podUid),
      signal,
      runProbe: () => Promise.resolve(this.probe),
    });
    this.#workers.run(signal).catch(() => undefined);
    const send = (reports: PodStatusReport[]): Promise<string[]> => {
      this.reports.push(...reports);
      return Promise.resolve(reports.map(({ uid }) => uid));
    };
    reporter.run(send, signal).catch(() => undefined);
    return this;
  }

  assign(...assignments: PodAssignment[]): void {
    this.workers.assign(assignments.map(desiredPod));
  }

  assignAll(...assignments: PodAssignment[]): void {
    this.workers.assignAll(assignments.map(desiredPod));
  }

  /** As SIGKILL would: what is in memory is lost, the engine goes on. */
  async kill(): Promise<void> {
    await this.#flush();
    this.#stop.abort();
  }

  /** The newest report of a pod. */
  last(name: string): PodStatusReport | undefined {
    return this.reports.findLast((report) => report.name === name);
  }

  /** For example "Running web=running" or "Pending web=ErrImagePull". */
  summary(name: string): string | undefined {
    const status = this.last(name)?.status;
    if (!status) return undefined;
    const states = [...status.initContainerStatuses, ...status.containerStatuses].map(({ name: container, state }) => {
      const value = state?.state?.value;
      return `${container}=${value && 'reason' in value ? value.reason : 'running'}`;
    });
    return [status.phase, ...states].join(' ');
  }

  isReady(name: string): boolean {
    return this.last(name)?.status?.conditions.find(({ type }) => type === 'Ready')?.status === 'True';
  }

  reasons(): string[] {
    return this.events.map(({ reason }) => reason);
  }
}

export interface TestNodeOptions {
  clock: FakeClock;
  runtime: FakeRuntime;
  volumes: FakeVolumeManager;
  /** For records. */
  dir: string;
}
