import { Agent } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { inspect } from 'node:util';
import Docker from 'dockerode';
import { LongshoreError } from '../../../lib/errors/errors.js';
import { abortableStream } from './abortable-stream.js';
import { engineError } from './engine-errors.js';

/** Oldest API that has all we need: Docker 20.10. */
const oldestApi = '1.41';
/** Newest API that this code was written against; a newer engine is spoken to in it if it still can. */
const newestApi = '1.47';

export interface EngineVersion {
  version: string;
  apiVersion: string;
  /** Go's name, for example amd64. */
  architecture: string;
}

/**
 * The connection to one Docker Engine. Negotiates the API version at the first call,
 * keeps sockets alive between calls, and turns failures into LongshoreError.
 */
export class DockerEngine {
  readonly #docker: Docker;
  #version: Promise<EngineVersion> | undefined;

  /** @param options.dockerHost "unix:///path" or "tcp://host:port"; default as the docker command has it (DOCKER_HOST, then the usual socket) */
  constructor(options: { dockerHost?: string | undefined }) {
    const agent = new OpaqueAgent({ keepAlive: true, maxFreeSockets: 16 });
    this.#docker = new Docker({ ...address(options.dockerHost), agent } as Docker.DockerOptions);
  }

  /**
   * The engine's version; asked once.
   * @throws LongshoreError Unavailable, FailedPrecondition when it is too old
   */
  version(): Promise<EngineVersion> {
    this.#version ??= this.#negotiate().catch((thrown: unknown) => {
      this.#version = undefined;
      throw engineError(thrown);
    });
    return this.#version;
  }

  /** @throws LongshoreError, see engineError */
  async call<T>(operation: (docker: Docker) => Promise<T>): Promise<T> {
    await this.version();
    try {
      return await operation(this.#docker);
    } catch (thrown) {
      throw engineError(thrown);
    }
  }

  /**
   * A GET whose answer is read as it comes, until it ends or `signal` aborts; destroy the stream when done with it.
   * @throws LongshoreError, see engineError
   */
  async stream(path: string, query: Record<string, unknown>, signal: AbortSignal): Promise<Readable> {
    return this.call((docker) => {
      const request = { path: `${path}?`, method: 'GET', options: query, isStream: true, statusCodes: { 200: true } };
      return abortableStream(dial(docker, request), signal);
    });
  }

  /**
   * A POST that turns its connection into a stream both ways (the engine's "hijacking"); destroy
   * it when done with it, as a signal that aborts does.
   * @throws LongshoreError, see engineError
   */
  async hijack(path: string, options: Record<string, unknown>, signal: AbortSignal): Promise<Duplex> {
    return this.call(async (docker) => {
      const request = { path, method: 'POST', options, hijack: true, isStream: true, statusCodes: { 101: true } };
      return (await abortableStream(dial(docker, request), signal)) as Duplex;
    });
  }

  async #negotiate(): Promise<EngineVersion> {
    const answer = await this.#docker.version();
    const { Version: version, ApiVersion: engineApi, MinAPIVersion: engineOldest, Arch: architecture } = answer;
    if (compareApi(engineApi, oldestApi) < 0) {
      throw new LongshoreError('FailedPrecondition', `Docker ${version} is too old (API ${engineApi}): 20.10 or newer is needed`);
    }
    const wanted = compareApi(engineApi, newestApi) < 0 ? engineApi : newestApi;
    const apiVersion = compareApi(wanted, engineOldest) < 0 ? engineOldest : wanted;
    dialer(this.#docker).version = `v${apiVersion}`;
    return { version, apiVersion, architecture };
  }
}

/**
 * docker-modem renders the options of every request with util.inspect, hidden properties
 * and all, whether anybody debugs it or not: through an agent that is every socket and
 * buffer of the process, which took tens of milliseconds a request.
 */
class OpaqueAgent extends Agent {
  [inspect.custom](): string {
    return 'Agent';
  }
}

/** What dockerode's types leave out of its modem. */
interface Dialer {
  version: string;
  dial(request: object, callback: (thrown: unknown, stream: Readable | undefined) => void): void;
}

function dialer(docker: Docker): Dialer {
  return docker.modem as unknown as Dialer;
}

function dial(docker: Docker, request: object): Promise<Readable> {
  return new Promise((resolve, reject) => {
    dialer(docker).dial(request, (thrown, stream) => {
      if (stream) resolve(stream);
      else reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
    });
  });
}

/** dockerode reads DOCKER_HOST by itself; an explicit address must override all of it. */
function address(dockerHost: string | undefined): Docker.DockerOptions {
  if (dockerHost === undefined || dockerHost === '') return {};
  const url = new URL(dockerHost);
  if (url.protocol === 'unix:') return { host: undefined, port: undefined, protocol: undefined, socketPath: url.pathname };
  return { protocol: url.protocol === 'https:' ? 'https' : 'http', host: url.hostname, port: url.port || 2375 };
}

function compareApi(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}
