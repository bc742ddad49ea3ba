import type { ObservedContainer, ObservedPod, ObservedSandbox } from '../../runtime/container-runtime.js';
import { findContainer, type DesiredPod } from '../desired-pod.js';
import { planPod } from '../pod-plan.js';
import type { PodProgress, PodSnapshot } from '../pod-snapshot.js';
import { specHash } from '../spec-hash.js';
import type { Step } from '../step.js';

/** A node in memory that carries out steps at once; containers end with what `exitCodes` says of them. */
export class ModelNode {
  nowMs: number;
  sandboxes: ObservedSandbox[];
  containers: ObservedContainer[];
  record: PodProgress;
  readonly starts: string[] = [];
  readonly #exitCodes: ReadonlyMap<string, number>;
  // Memory of the agent, lost when it restarts.
  #asked = new Set<string>();
  #volumes: 'missing' | 'ready' = 'missing';
  #tornDown = false;

  constructor(options: { nowMs: number; observed: ObservedPod; exitCodes: ReadonlyMap<string, number>; record: PodProgress }) {
    this.nowMs = options.nowMs;
    this.sandboxes = [...options.observed.sandboxes];
    this.containers = [...options.observed.containers];
    this.#exitCodes = options.exitCodes;
    this.record = options.record;
  }

  restartAgent(): void {
    this.#asked = new Set();
    this.#volumes = 'missing';
    this.#tornDown = false;
  }

  snapshot(desired: DesiredPod): PodSnapshot {
    const observed = {
      podUid: desired.uid,
      podNamespace: 'default',
      podName: 'p',
      sandboxes: this.sandboxes,
      containers: this.containers,
    };
    const base: PodSnapshot = {
      desired,
      removed: false,
      observed,
      images: new Map([...this.#asked].map((name) => [name, { state: 'present', imageId: '', user: '' }])),
      imagesToAsk: new Set(),
      volumes: this.#volumes,
      probes: new Map(),
      failures: new Map(),
      postStart: new Map(),
      stopping: new Map(),
      record: this.record,
      tornDown: this.#tornDown,
      nowMs: this.nowMs,
    };
    const { mode, outcome } = planPod(base);
    if (mode === 'finish' && outcome) this.record = { ...this.record, outcome };
    return { ...base, record: this.record };
  }

  carryOut(step: Step, desired: DesiredPod): void {
    switch (step.kind) {
      case 'EnsureImage':
        this.#asked.add(step.container);
        return;
      case 'PrepareVolumes':
        this.#volumes = 'ready';
        return;
      case 'StartSandbox':
        this.sandboxes = this.sandboxes.filter(({ attempt }) => attempt !== step.attempt);
        this.sandboxes.push({
          id: `s${step.attempt}`,
          attempt: step.attempt,
          state: 'running',
          ip: '10.0.0.1',
          createdAtMs: this.nowMs,
        });
        return;
      case 'StartContainer':
        this.#start(step, desired);
        return;
      case 'StopContainer':
        this.#change(step.id, { state: 'exited', exitCode: 143, finishedAtMs: this.nowMs });
        return;
      case 'RemoveContainer':
        this.containers = this.containers.filter(({ id }) => id !== step.id);
        return;
      case 'StopSandbox':
        this.sandboxes = this.sandboxes.map((sandbox) =>
          sandbox.attempt === step.attempt ? { ...sandbox, state: 'exited' } : sandbox,
        );
        return;
      case 'RemoveSandbox':
        this.sandboxes = this.sandboxes.filter(({ attempt }) => attempt !== step.attempt);
        this.containers = this.containers.filter(({ sandboxAttempt }) => sandboxAttempt !== step.attempt);
        return;
      case 'Teardown':
        this.#tornDown = true;
        return;
      case 'RunPostStart':
      case 'Wait':
      case 'Done':
        return;
    }
  }

  /** Ends every running container that ends by itself. */
  letContainersEnd(): boolean {
    const ending = this.containers.filter(({ name, state }) => state === 'running' && this.#exitCodes.has(name));
    for (const { id, name } of ending)
      this.#change(id, { state: 'exited', exitCode: this.#exitCodes.get(name) ?? 0, finishedAtMs: this.nowMs });
    return ending.length > 0;
  }

  #start({ container: name, attempt, sandboxAttempt }: Extract<Step, { kind: 'StartContainer' }>, desired: DesiredPod): void {
    const container = findContainer(desired.spec, name);
    if (!container) throw new Error(`no container ${name}`);
    if (this.containers.some((other) => other.name === name && other.state === 'running')) throw new Error(`${name} runs twice`);
    this.starts.push(`${name}/${attempt}`);
    this.containers = this.containers.filter((other) => other.name !== name || other.attempt !== attempt);
    this.containers.push({
      id: `${name}-${attempt}-${this.starts.length}`,
      name,
      kind: desired.spec.containers.includes(container) ? 'app' : 'init',
      attempt,
      sandboxAttempt,
      state: 'running',
      image: container.image,
      imageId: '',
      specHash: specHash(container),
      createdAtMs: this.nowMs,
      startedAtMs: this.nowMs,
      finishedAtMs: 0,
      exitCode: 0,
      oomKilled: false,
      error: '',
    });
  }

  #change(id: string, change: Partial<ObservedContainer>): void {
    this.containers = this.containers.map((container) => (container.id === id ? { ...container, ...change } : container));
  }
}
