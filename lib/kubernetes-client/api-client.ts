import type { Readable } from 'node:stream';

import { ApiConnection } from './api-connection.js';
import type { Applied, ApplyOptions } from './apply/apply-manifest.js';
import { builtInKinds } from './built-in-kinds.js';
import type { Query } from './http/query.js';
import type { AnyObject, Manifest } from './objects.js';
import type { DeleteOptions, LogOptions, WriteOptions } from './options.js';
import { parseCondition } from './wait/condition.js';
import { parseReference } from './wait/reference.js';
import { waitFor, type WaitOptions } from './wait/wait-for.js';

export interface ServerVersion {
  gitVersion: string;
  platform?: string;
}

/**
 * A client of the Kubernetes API, this cluster's or any other's.
 *
 *   using client = new ApiClient(await readKubeconfig(file));
 *   const { items } = await client.pods.list({ namespace: 'web', labelSelector: 'app=web' });
 *   await client.in('web').apply(manifest);
 *   await client.in('web').waitFor('deployment/web', 'Available', { timeoutMs: 30_000 });
 *
 * Failures are LongshoreErrors (NotFound, Conflict, InvalidArgument ...) with the server's own
 * message, and the reason and causes of its Status in `fields` (see StatusFields).
 */
export class ApiClient extends ApiConnection {
  readonly configMaps = this.builtIn(builtInKinds.configMaps);
  readonly daemonSets = this.builtIn(builtInKinds.daemonSets);
  readonly deployments = this.builtIn(builtInKinds.deployments);
  readonly endpoints = this.builtIn(builtInKinds.endpoints);
  readonly endpointSlices = this.builtIn(builtInKinds.endpointSlices);
  readonly events = this.builtIn(builtInKinds.events);
  readonly leases = this.builtIn(builtInKinds.leases);
  readonly namespaces = this.builtIn(builtInKinds.namespaces);
  readonly nodes = this.builtIn(builtInKinds.nodes);
  readonly pods = this.builtIn(builtInKinds.pods);
  readonly replicaSets = this.builtIn(builtInKinds.replicaSets);
  readonly secrets = this.builtIn(builtInKinds.secrets);
  readonly serviceAccounts = this.builtIn(builtInKinds.serviceAccounts);
  readonly services = this.builtIn(builtInKinds.services);
  readonly statefulSets = this.builtIn(builtInKinds.statefulSets);

  /** A client of the same connection whose calls mean `namespace` unless they say otherwise. */
  in(namespace: string): ApiClient {
    return new ApiClient(this.access, { namespace, shared: this });
  }

  /** The JSON at a path of the API. */
  get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return this.transport.json<T>({ path }, signal);
  }

  version(signal?: AbortSignal): Promise<ServerVersion> {
    return this.get<ServerVersion>('/version', signal);
  }

  /** Applies a manifest of any kind; see {@link ResourceClient.apply}. */
  async apply(manifest: Manifest, options?: ApplyOptions, signal?: AbortSignal): Promise<Applied<AnyObject>> {
    return this.resource(manifest.apiVersion, manifest.kind).apply({ ...manifest }, options, signal);
  }

  async create(manifest: Manifest, options?: WriteOptions, signal?: AbortSignal): Promise<AnyObject> {
    return this.resource(manifest.apiVersion, manifest.kind).create({ ...manifest }, options, signal);
  }

  /** Asks for the deletion of the object that a manifest names. @throws LongshoreError NotFound */
  async delete(manifest: Manifest, options: DeleteOptions = {}, signal?: AbortSignal): Promise<void> {
    const { namespace = manifest.metadata.namespace } = options;
    const { name = '' } = manifest.metadata;
    await this.resource(manifest.apiVersion, manifest.kind).delete(name, { ...options, namespace }, signal);
  }

  /**
   * Waits on a watch until an object is as it should be; one that does not exist yet may come.
   * @param reference KIND/NAME: deployment/web, po/p, node/node-1
   * @param condition Ready, Available, Complete, condition=TYPE=VALUE, rolledOut, deleted
   * @returns the object as it is then; undefined once it is deleted
   * @throws LongshoreError DeadlineExceeded, FailedPrecondition when it cannot come true any more;
   *   the message has the last state, and the newest events of the object and its pods
   */
  async waitFor(
    reference: string,
    condition: string,
    options: WaitOptions = {},
    signal?: AbortSignal,
  ): Promise<AnyObject | undefined> {
    const { resource, name } = parseReference(reference);
    const wait = { client: this, clock: this.clock, resource: this.named(resource), name, condition: parseCondition(condition) };
    return waitFor({ ...wait, ...options }, signal);
  }

  /**
   * The log of a container as bytes; `text(await client.logs(...))` of node:stream/consumers
   * has it whole. A stream that follows ends with the container, or with `signal`.
   */
  async logs(pod: string, options: LogOptions = {}, signal?: AbortSignal): Promise<Readable> {
    const { namespace = this.namespace, ...query } = options;
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`;
    return this.transport.stream({ path, query: { ...query } satisfies Query, accept: '*/*' }, signal);
  }
}
