import type { MethodDefinition, Server, ServerDuplexStream, UntypedServiceImplementation } from '@grpc/grpc-js';

import { LongshoreError } from '../errors/errors.js';

/** A method by its path, "/package.Service/Method". */
export interface LazyMethod {
  path: string;
  kind: 'unary' | 'serverStream' | 'bidiStream';
}

type AddService = Pick<Server, 'addService'>;
/** Any kind of call: what it has beyond its kind is not touched. */
type AnyCall = ServerDuplexStream<unknown, unknown> & { request: Buffer };
type Callback = (error: unknown, response?: unknown, ...rest: unknown[]) => void;
type Handler = (call: AnyCall, callback: Callback) => void;

const asBytes = (bytes: Buffer): Buffer => bytes;

/**
 * Adds methods whose service is loaded with the first call of any of them; until then it
 * costs neither time nor memory. Messages pass the server as bytes and are read and written
 * by the service's own definition.
 * @param load adds the service, as it would to the server itself
 */
export function addLazyMethods(
  server: AddService,
  methods: readonly LazyMethod[],
  load: (into: AddService) => Promise<void>,
): void {
  let loading: Promise<Map<string, Handler>> | undefined;
  const loaded = (): Promise<Map<string, Handler>> => {
    loading ??= collect(load).catch((thrown: unknown) => {
      loading = undefined;
      throw thrown;
    });
    return loading;
  };
  const definition: Record<string, MethodDefinition<Buffer, Buffer>> = {};
  const implementation: UntypedServiceImplementation = {};
  for (const { path, kind } of methods) {
    definition[path] = {
      path,
      requestStream: kind === 'bidiStream',
      responseStream: kind !== 'unary',
      requestSerialize: asBytes,
      requestDeserialize: asBytes,
      responseSerialize: asBytes,
      responseDeserialize: asBytes,
    };
    const handle: Handler = (call, callback) => {
      loaded().then(
        (handlers) => {
          handlers.get(path)?.(call, callback);
        },
        (thrown: unknown) => {
          const error = LongshoreError.from(thrown);
          const status = { code: error.grpcCode, details: error.message };
          if (kind === 'unary') callback(status);
          else call.emit('error', status);
        },
      );
    };
    implementation[path] = handle as UntypedServiceImplementation[string];
  }
  server.addService(definition, implementation);
}

/** The handlers of what `load` adds, by path, each taking calls whose messages are bytes. */
async function collect(load: (into: AddService) => Promise<void>): Promise<Map<string, Handler>> {
  const handlers = new Map<string, Handler>();
  await load({
    addService: (definition, implementation) => {
      for (const [name, method] of Object.entries(definition)) {
        const { path, originalName, requestDeserialize: read, responseSerialize: write } = method;
        const handler = (implementation[name] ?? implementation[originalName ?? '']) as Handler | undefined;
        if (!handler) continue;
        handlers.set(path, (call, callback) => {
          handler(decoding(call, read, write), (error, response, ...rest) => {
            callback(error, error || response === undefined ? response : write(response), ...rest);
          });
        });
      }
    },
  });
  return handlers;
}

/** `call` as the service expects it: with messages where the wire has bytes. */
function decoding(call: AnyCall, read: (bytes: Buffer) => unknown, write: (message: unknown) => Buffer): AnyCall {
  const view = Object.create(call) as AnyCall;
  return Object.assign(view, {
    ...(Buffer.isBuffer(call.request) && { request: read(call.request) as Buffer }),
    write: (message: unknown) => call.write(write(message)),
    end: () => call.end(),
    on: (event: string, listener: (...args: unknown[]) => void) => {
      call.on(event, event === 'data' ? (bytes: Buffer) => listener(read(bytes)) : listener);
      return view;
    },
  });
}
