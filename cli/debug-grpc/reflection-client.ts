import {
  loadPackageDefinition,
  type ChannelCredentials,
  type ClientDuplexStream,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import { loadFileDescriptorSetFromBuffer, loadSync, type Options, type PackageDefinition } from '@grpc/proto-loader';

import { LongshoreError } from '../../lib/errors/errors.js';
import { findInDependency } from '../../lib/files/find-above.js';
import { channelOptions } from '../../lib/grpc/client.js';

/** How messages are shown and typed in: as in their .proto files, enums by name, 64-bit numbers as text. */
export const messageOptions: Options = {
  keepCase: true,
  enums: String,
  longs: String,
  bytes: String,
  defaults: true,
  oneofs: true,
};

interface ReflectionRequest {
  list_services?: string;
  file_containing_symbol?: string;
}

interface ReflectionResponse {
  list_services_response?: { service: { name: string }[] };
  file_descriptor_response?: { file_descriptor_proto: Buffer[] };
  error_response?: { error_code: number; error_message: string };
}

/** Asks a server by gRPC server reflection (v1) what it serves. One question a call. */
export class ReflectionClient {
  readonly #address: string;
  readonly #credentials: ChannelCredentials;
  readonly #service: ServiceClientConstructor;

  constructor(options: { address: string; credentials: ChannelCredentials }) {
    this.#address = options.address;
    this.#credentials = options.credentials;
    const proto = findInDependency('@grpc/reflection', 'build/proto/grpc/reflection/v1/reflection.proto');
    const definition = loadSync(proto, { keepCase: true });
    this.#service = findService(definition, 'grpc.reflection.v1.ServerReflection');
  }

  /** Full names of the server's services. */
  async listServices(): Promise<string[]> {
    const response = await this.#ask({ list_services: '' });
    return (response.list_services_response?.service ?? []).map(({ name }) => name).sort();
  }

  /** The definition of `service` and of every message that it uses. @throws LongshoreError NotFound */
  async define(service: string): Promise<PackageDefinition> {
    const response = await this.#ask({ file_containing_symbol: service });
    const files = response.file_descriptor_response?.file_descriptor_proto ?? [];
    return loadFileDescriptorSetFromBuffer(Buffer.concat(files.map(encodeSetMember)), messageOptions);
  }

  #ask(request: ReflectionRequest): Promise<ReflectionResponse> {
    const client = new this.#service(this.#address, this.#credentials, {
      ...channelOptions,
      'grpc.ssl_target_name_override': 'longshore-node-plane',
    });
    return new Promise<ReflectionResponse>((resolve, reject) => {
      const open = client.ServerReflectionInfo?.bind(client) as unknown as () => ClientDuplexStream<
        ReflectionRequest,
        ReflectionResponse
      >;
      const call = open();
      call.on('data', (response: ReflectionResponse) => {
        if (response.error_response) reject(new LongshoreError('NotFound', response.error_response.error_message));
        else resolve(response);
        call.end();
      });
      call.on('error', (error) => {
        reject(LongshoreError.from(error));
      });
      call.write(request);
    }).finally(() => {
      client.close();
    });
  }
}

/** The client constructor of the service with this full name. @throws LongshoreError NotFound */
export function findService(definition: PackageDefinition, name: string): ServiceClientConstructor {
  let found: unknown = loadPackageDefinition(definition);
  for (const part of name.split('.')) found = (found as Record<string, unknown> | undefined)?.[part];
  if (typeof found !== 'function')
    throw new LongshoreError('NotFound', `the server has no service ${name}: list shows what it has`);
  return found as ServiceClientConstructor;
}

/** A file descriptor as a member of a FileDescriptorSet: field 1, length-delimited. */
function encodeSetMember(file: Buffer): Buffer {
  const header = [0x0a];
  let length = file.length;
  for (; length > 0x7f; length = Math.floor(length / 128)) header.push((length % 128) + 128);
  return Buffer.concat([Buffer.from([...header, length]), file]);
}
