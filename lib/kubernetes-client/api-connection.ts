import { systemClock, type Clock } from '../clock/clock.js';
import type { ApiAccess } from './access.js';
import type { BuiltInKind } from './built-in-kinds.js';
import type { ApiResource } from './discovery/api-resource.js';
import { Discovery } from './discovery/discovery.js';
import { Transport } from './http/transport.js';
import type { AnyObject, KubeObject } from './objects.js';
import { ResourceClient } from './resource-client.js';

export interface ApiClientOptions {
  /** Default: the machine's. */
  clock?: Clock;
  /** Where objects are looked for unless a call says otherwise. Default: the access' namespace, or default. */
  namespace?: string;
  /** Share the connections of this client, and what it knows of the server. */
  shared?: ApiConnection;
}

/** The connection to one API server, and clients of its resources. */
export class ApiConnection implements Disposable {
  readonly access: ApiAccess;
  readonly namespace: string;
  readonly clock: Clock;
  readonly transport: Transport;
  /** What the server serves. */
  readonly discovery: Discovery;

  constructor(access: ApiAccess, { clock, namespace, shared }: ApiClientOptions = {}) {
    this.access = access;
    this.clock = clock ?? shared?.clock ?? systemClock;
    this.namespace = namespace ?? access.namespace ?? 'default';
    this.transport = shared?.transport ?? new Transport(access);
    this.discovery = shared?.discovery ?? new Discovery(this.transport);
  }

  /** Closes the connections, also for clients that share them; watches and logs under way fail. */
  close(): void {
    this.transport.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Objects of any kind: `resource<Job>('batch/v1', 'Job')`. The server is asked for its path
   * when it is first needed; a kind that it does not serve is NotFound then.
   */
  resource<T extends KubeObject = AnyObject>(apiVersion: string, kind: string): ResourceClient<T> {
    return this.#clientOf<T>(() => this.discovery.ofKind(apiVersion, kind));
  }

  /** Objects of what a user's word names: `named('deploy')`, `named('widgets.example.com')`. */
  named<T extends KubeObject = AnyObject>(word: string): ResourceClient<T> {
    return this.#clientOf<T>(() => this.discovery.find(word));
  }

  /** Objects of a resource that discovery has found. */
  of<T extends KubeObject = AnyObject>(resource: ApiResource): ResourceClient<T> {
    return this.#clientOf<T>(resource);
  }

  protected builtIn<T extends KubeObject>(kind: BuiltInKind<T>): ResourceClient<T> {
    return this.#clientOf<T>(kind.resource);
  }

  #clientOf<T extends KubeObject>(resource: ApiResource | (() => Promise<ApiResource>)): ResourceClient<T> {
    return new ResourceClient<T>({ transport: this.transport, clock: this.clock, namespace: this.namespace, resource });
  }
}
