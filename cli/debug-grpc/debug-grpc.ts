import { readFile } from 'node:fs/promises';

import {
  credentials,
  type ClientReadableStream,
  type ClientUnaryCall,
  type MethodDefinition,
  type ServiceError,
} from '@grpc/grpc-js';
import type { PackageDefinition } from '@grpc/proto-loader';

import { LongshoreError } from '../../lib/errors/errors.js';
import { channelOptions } from '../../lib/grpc/client.js';
import { findService, ReflectionClient } from './reflection-client.js';

export interface DebugGrpcOptions {
  /** host:port of the node plane. */
  address: string;
  /** Certificate (and the CA's) of the agent to speak as; its key is beside it, with .key. */
  identityFile: string;
}

/** A caller of the node plane for people: everything that it knows comes from server reflection. */
export class DebugGrpc {
  readonly #address: string;
  readonly #credentials: ReturnType<typeof credentials.createSsl>;
  readonly #reflection: ReflectionClient;

  static async connect({ address, identityFile }: DebugGrpcOptions): Promise<DebugGrpc> {
    const [chain, key] = await Promise.all([readFile(identityFile), readFile(identityFile.replace(/\.pem$/, '.key'))]);
    return new DebugGrpc(address, credentials.createSsl(chain, key, chain));
  }

  private constructor(address: string, channelCredentials: ReturnType<typeof credentials.createSsl>) {
    this.#address = address;
    this.#credentials = channelCredentials;
    this.#reflection = new ReflectionClient({ address, credentials: channelCredentials });
  }

  listServices(): Promise<string[]> {
    return this.#reflection.listServices();
  }

  /** The calls of a service as lines of its .proto file. */
  async describe(service: string): Promise<string> {
    const methods = Object.values(findService(await this.#reflection.define(service), service).service);
    const lines = methods.map(
      ({ path, requestStream, responseStream, ...types }) =>
        `  rpc ${path.split('/').pop() ?? ''}(${streamed(requestStream)}${typeNameOf(types, 'requestType')}) returns (${streamed(responseStream)}${typeNameOf(types, 'responseType')});`,
    );
    return [`service ${service} {`, ...lines, '}'].join('\n');
  }

  /**
   * Calls `<service>/<method>` with a JSON request and hands each answer to `onMessage`.
   * @throws LongshoreError with the code that the server gave
   */
  async call(method: string, request: unknown, onMessage: (message: unknown) => void, signal: AbortSignal): Promise<void> {
    const [service = '', name = ''] = method.split('/');
    const definition: PackageDefinition = await this.#reflection.define(service);
    const constructor = findService(definition, service);
    const { requestStream, responseStream } = methodOf(constructor.service, service, name);
    if (requestStream)
      throw new LongshoreError(
        'InvalidArgument',
        `${method} takes a stream of requests: only single requests can be sent from here`,
      );
    const client = new constructor(this.#address, this.#credentials, {
      ...channelOptions,
      'grpc.ssl_target_name_override': 'longshore-node-plane',
    });
    try {
      await new Promise<void>((resolve, reject) => {
        const fail = (error: Error): void => {
          if (signal.aborted) resolve();
          else reject(LongshoreError.from(error));
        };
        const open = client[name]?.bind(client) as unknown as (
          message: unknown,
          callback?: (error: ServiceError | null, answer: unknown) => void,
        ) => ClientUnaryCall & ClientReadableStream<unknown>;
        const call = responseStream
          ? open(request)
          : open(request, (error, answer) => {
              if (error) fail(error);
              else {
                onMessage(answer);
                resolve();
              }
            });
        signal.addEventListener('abort', () => {
          call.cancel();
        });
        if (!responseStream) return;
        call.on('data', onMessage);
        call.on('end', resolve);
        call.on('error', fail);
      });
    } finally {
      client.close();
    }
  }
}

function methodOf(
  methods: Record<string, MethodDefinition<unknown, unknown>>,
  service: string,
  name: string,
): MethodDefinition<unknown, unknown> {
  const found = Object.values(methods).find(({ path }) => path.endsWith(`/${name}`));
  if (!found) throw new LongshoreError('NotFound', `${service} has no call ${name}: describe ${service} shows what it has`);
  return found;
}

function streamed(isStream: boolean): string {
  return isStream ? 'stream ' : '';
}

/** proto-loader keeps the message's descriptor beside the serializer. */
function typeNameOf(types: object, side: 'requestType' | 'responseType'): string {
  return (types as Record<string, { type?: { name?: string } } | undefined>)[side]?.type?.name ?? 'unknown';
}
