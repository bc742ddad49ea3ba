import { text } from 'node:stream/consumers';

import { LongshoreError } from '../../lib/errors/errors.js';
import type { ApiClient } from '../../lib/kubernetes-client/api-client.js';
import type { AnyObject, KubeObject, Manifest } from '../../lib/kubernetes-client/objects.js';
import type { LogOptions } from '../../lib/kubernetes-client/options.js';
import { openExec } from '../../lib/kubernetes-client/streams/open-process.js';
import { parseReference } from '../../lib/kubernetes-client/wait/reference.js';
import type { WaitOptions } from '../../lib/kubernetes-client/wait/wait-for.js';
import { forwardPort, type ForwardedPort } from './forward-port.js';
import { httpOverPort, type HttpAnswer } from './http-over-port.js';
import { readManifests } from './read-manifests.js';

/** Objects, a list of them, or YAML or JSON with one or several documents. */
export type ManifestInput = ManifestObject | readonly ManifestObject[] | string;
type ManifestObject = Manifest | (Manifest & Record<string, unknown>);

export interface ExecResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** One namespace, and what a test does in it. */
export class TestNamespace {
  readonly name: string;
  /** A typed client whose calls mean this namespace. */
  readonly client: ApiClient;

  constructor(options: { name: string; client: ApiClient }) {
    this.name = options.name;
    this.client = options.client;
  }

  /** Creates the objects or changes them to this; see ApiClient.apply. @returns them as they are then */
  async apply(manifest: ManifestInput): Promise<AnyObject[]> {
    const applied: AnyObject[] = [];
    for (const one of readManifests(manifest)) applied.push((await this.client.apply(one)).object);
    return applied;
  }

  /** @param reference KIND/NAME: deployment/web, po/p @throws LongshoreError NotFound */
  async get<T extends KubeObject = AnyObject>(reference: string): Promise<T> {
    const { resource, name } = parseReference(reference);
    return this.client.named<T>(resource).get(name);
  }

  /** Asks for its deletion; waitFor(reference, 'deleted') waits for it. @throws LongshoreError NotFound */
  async delete(reference: string): Promise<void> {
    const { resource, name } = parseReference(reference);
    await this.client.named(resource).delete(name);
  }

  /**
   * Waits on a watch. @param condition Ready, Available, Complete, condition=TYPE=VALUE,
   * rolledOut, deleted
   * @returns the object as it is then
   * @throws LongshoreError DeadlineExceeded; the message has the last state and the newest events
   */
  async waitFor(reference: string, condition: 'deleted', options?: WaitOptions): Promise<undefined>;
  async waitFor<T extends KubeObject = AnyObject>(reference: string, condition: string, options?: WaitOptions): Promise<T>;
  async waitFor(reference: string, condition: string, options: WaitOptions = {}): Promise<KubeObject | undefined> {
    return this.client.waitFor(reference, condition, options);
  }

  /** The log of a pod's container, so far. */
  async logs(pod: string, options: Omit<LogOptions, 'follow' | 'namespace'> = {}): Promise<string> {
    return text(await this.client.logs(pod, options));
  }

  /** Runs a program in a container, without a terminal, to its end. A code other than 0 is no error. */
  async exec(
    pod: string,
    command: readonly string[],
    options: { container?: string; stdin?: string } = {},
    signal?: AbortSignal,
  ): Promise<ExecResult> {
    const { container, stdin } = options;
    const where = { namespace: this.name, pod, ...(container !== undefined && { container }) };
    const process = await openExec(this.client.access, { ...where, command, stdin: stdin !== undefined, tty: false }, signal);
    process.stdin?.end(stdin);
    const [stdout, stderr] = await Promise.all([text(process.stdout), process.stderr ? text(process.stderr) : '']);
    const { code, message } = await process.exit;
    if (message !== undefined) throw new LongshoreError('Unavailable', `${command.join(' ')} in ${pod}: ${message}`);
    return { code, stdout, stderr };
  }

  /**
   * One HTTP request to a port of a pod, from wherever the test runs, through the API server.
   * @param pod name of the pod
   */
  async fetch(
    pod: string,
    path: string,
    options: { port: number; method?: string; headers?: Record<string, string>; body?: string } = { port: 80 },
    signal?: AbortSignal,
  ): Promise<HttpAnswer> {
    return httpOverPort(this.client.access, { namespace: this.name, pod, path, ...options }, signal);
  }

  /** Forwards a free port of 127.0.0.1 to a port of a pod: `await using web = await ns.forward('web', 8080)`. */
  forward(pod: string, port: number): Promise<ForwardedPort> {
    return forwardPort(this.client.access, { namespace: this.name, pod, port });
  }
}
