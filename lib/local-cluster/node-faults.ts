/**
 * What can happen to one node of a local cluster. Each resolves once it has happened, and is
 * safe to repeat.
 */
export interface NodeFaults {
  /** The machine loses its power: agents and containers end at once. */
  kill(): Promise<void>;
  /** The machine comes back: the agents start, and find what is on its engine. */
  start(): Promise<void>;
  /** The machine freezes: nothing on it goes on, and nobody is told. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** The network cable is pulled. */
  partition(): Promise<void>;
  heal(): Promise<void>;
  /** kill -9 of the kubelet agent alone; its containers go on. */
  killKubeletAgent(): Promise<void>;
  /** kill -9 of the kube-proxy alone; the kernel's rules stay. */
  killKubeProxy(): Promise<void>;
}
