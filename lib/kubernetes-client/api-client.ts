import { Agent, request } from 'node:https';

import { isError, LongshoreError } from '../errors/errors.js';
import type { Status } from '../kubernetes/types/meta-v1.js';
import type { ApiAccess } from './kubeconfig.js';

export interface KubeResource {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
}

interface ApiResource {
  name: string;
  kind: string;
  namespaced: boolean;
}

/** A small client of the Kubernetes API, for the command's own needs. */
export class ApiClient {
  readonly #access: ApiAccess;
  readonly #agent: Agent;
  readonly #resources = new Map<string, Promise<ApiResource[]>>();

  constructor(access: ApiAccess) {
    this.#access = access;
    this.#agent = new Agent({ keepAlive: true, ca: access.ca, cert: access.certificate, key: access.privateKey });
  }

  close(): void {
    this.#agent.destroy();
  }

  /** @throws LongshoreError with the Status' message */
  get<T>(path: string): Promise<T> {
    return this.#send<T>('GET', path);
  }

  /** Creates the object, or merges it into the one that is there. Safe to repeat. */
  async apply(resource: KubeResource): Promise<'created' | 'configured'> {
    const collection = await this.#collectionOf(resource);
    const path = `${collection}/${resource.metadata.name}`;
    const query = '?fieldManager=longshore&fieldValidation=Strict';
    if (await this.#exists(path)) {
      await this.#send('PATCH', path + query, resource, 'application/strategic-merge-patch+json');
      return 'configured';
    }
    await this.#send('POST', collection + query, resource, 'application/json');
    return 'created';
  }

  async #exists(path: string): Promise<boolean> {
    try {
      await this.get(path);
      return true;
    } catch (thrown) {
      if (isError(thrown, 'NotFound')) return false;
      throw thrown;
    }
  }

  async #collectionOf(resource: KubeResource): Promise<string> {
    const prefix = resource.apiVersion.includes('/') ? `/apis/${resource.apiVersion}` : `/api/${resource.apiVersion}`;
    let known = this.#resources.get(prefix);
    if (!known) {
      known = this.get<{ resources: ApiResource[] }>(prefix).then(({ resources }) => resources);
      this.#resources.set(prefix, known);
    }
    const found = (await known).find(({ kind, name }) => kind === resource.kind && !name.includes('/'));
    if (!found) throw new LongshoreError('NotFound', `the server has no kind ${resource.kind} in ${resource.apiVersion}`);
    return found.namespaced
      ? `${prefix}/namespaces/${resource.metadata.namespace ?? 'default'}/${found.name}`
      : `${prefix}/${found.name}`;
  }

  #send<T>(method: string, path: string, body?: unknown, contentType?: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        new URL(path, this.#access.server),
        {
          method,
          agent: this.#agent,
          timeout: 10_000,
          headers: { accept: 'application/json', ...(contentType ? { 'content-type': contentType } : {}) },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            try {
              const answer = JSON.parse(Buffer.concat(chunks).toString('utf8')) as T & Status;
              if ((response.statusCode ?? 500) < 300) resolve(answer);
              else reject(errorOf(answer, response.statusCode ?? 500));
            } catch (thrown) {
              reject(LongshoreError.from(thrown));
            }
          });
        },
      );
      outgoing.on('timeout', () =>
        outgoing.destroy(new LongshoreError('DeadlineExceeded', `${method} ${path} was not answered within 10 s`)),
      );
      outgoing.on('error', (error) => {
        reject(LongshoreError.from(error, 'Unavailable'));
      });
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

function errorOf(status: Status, httpStatus: number): LongshoreError {
  const fields = { httpStatus, reason: status.reason };
  return new LongshoreError(httpStatus === 404 ? 'NotFound' : 'FailedPrecondition', status.message ?? `HTTP ${httpStatus}`, {
    fields,
  });
}
