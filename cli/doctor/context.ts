import type { EngineReading } from './readings/engine-reading.js';

export type Role = 'server' | 'agent';

/** What a machine is examined for. */
export interface DoctorContext {
  readonly roles: readonly Role[];
  /** TCP ports that Longshore will listen on, and for what. */
  readonly ports: readonly { port: number; purpose: string; role: Role }[];
  readonly clusterCidr: string;
  readonly serviceCidr: string;
  /** Of the control plane. */
  readonly dataDir: string;
  /** Of the agents. */
  readonly stateDir: string;
  readonly nodeName: string;
  /** host:port of the node plane that will be joined. */
  readonly join?: string;
  readonly token?: string;
  /** The engine's answers, asked for once; undefined when it does not answer. */
  readonly engine: () => Promise<EngineReading>;
}
