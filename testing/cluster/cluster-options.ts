import type { RunnerHooks } from '../runners/runner-hooks.js';

/** What kind of cluster a test wants. */
export interface ClusterOptions {
  /**
   * docker: real containers on this host's engine, real kernel rules; needs root. fake: the same
   * control plane and agents, containers in memory; needs nothing. Default docker.
   */
  runtime?: 'docker' | 'fake';
  /** 1 to 40; they are named node-1, node-2 ... Default 3. */
  nodes?: number;
  /** A cluster that is there already, by its kubeconfig; the other options of the cluster do not matter then. */
  kubeconfig?: string;
  /** Context of that kubeconfig. Default: its current one. */
  context?: string;
  /** For the start. Default 60 s. */
  timeoutMs?: number;
  /** Where the evidence of failed tests goes. Default ./longshore-evidence. */
  evidenceDir?: string;
  /** The test runner's hooks, where they are not found by themselves. */
  hooks?: RunnerHooks;
}
