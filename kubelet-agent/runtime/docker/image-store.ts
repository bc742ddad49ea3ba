import type { ImageInspectInfo } from 'dockerode';
import { isError, LongshoreError, type ErrorCode } from '../../../lib/errors/errors.js';
import type { ObservedImage, RegistryCredentials } from '../container-runtime.js';
import { abortableStream } from './abortable-stream.js';
import type { DockerEngine } from './docker-engine.js';

/** The engine's images. */
export class ImageStore {
  readonly #engine: DockerEngine;
  /** An image's user by image id, which never changes. */
  readonly #users = new Map<string, string>();

  constructor(options: { engine: DockerEngine }) {
    this.#engine = options.engine;
  }

  async find(reference: string): Promise<ObservedImage | undefined> {
    try {
      return this.#read(await this.#engine.call((docker) => docker.getImage(reference).inspect()));
    } catch (thrown) {
      if (isError(thrown, 'NotFound')) return undefined;
      throw thrown;
    }
  }

  /** Images with a name or digest; layers between them are left out. */
  async list(): Promise<ObservedImage[]> {
    const listed = await this.#engine.call((docker) => docker.listImages());
    const images: ObservedImage[] = [];
    for (const { Id: id, RepoTags: tags, RepoDigests: digests, Size: sizeBytes } of listed) {
      const user = this.#users.get(id) ?? (await this.find(id))?.user;
      if (user !== undefined) images.push({ id, names: namesOf(tags, digests), sizeBytes, user });
    }
    return images;
  }

  /** @throws LongshoreError NotFound, Unauthenticated, Unavailable, InvalidArgument; Cancelled when `signal` aborts */
  async pull(reference: string, credentials: RegistryCredentials | undefined, signal: AbortSignal): Promise<void> {
    const authconfig = credentials && {
      username: credentials.username,
      password: credentials.password,
      serveraddress: credentials.serverAddress,
    };
    try {
      const options = { fromImage: withTag(reference) };
      const progress = await this.#engine.call((docker) => abortableStream(docker.createImage(authconfig, options), signal));
      const failure = await readProgress(progress);
      if (failure !== undefined) throw new LongshoreError('Internal', failure);
    } catch (thrown) {
      signal.throwIfAborted();
      const { message, code } = LongshoreError.from(thrown, 'Unavailable');
      throw new LongshoreError(pullErrorCode(message, code), message, { cause: thrown, fields: { image: reference } });
    }
  }

  #read({ Id: id, RepoTags: tags, RepoDigests: digests, Size: sizeBytes, Config: config }: ImageInspectInfo): ObservedImage {
    const user = config.User ?? '';
    this.#users.set(id, user);
    return { id, names: namesOf(tags, digests), sizeBytes, user };
  }
}

/** Without a tag or digest the engine would pull every tag. Pure. */
export function withTag(reference: string): string {
  const name = reference.slice(reference.lastIndexOf('/') + 1);
  return name.includes(':') || name.includes('@') ? reference : `${reference}:latest`;
}

/** The engine answers most failures of a registry with status 500 and the registry's words. Pure. */
export function pullErrorCode(message: string, fallback: ErrorCode): ErrorCode {
  if (/unauthorized|authentication required|no basic auth|pull access denied|denied:|incorrect username/i.test(message)) {
    return 'Unauthenticated';
  }
  if (/manifest unknown|not found|no such image|no matching manifest/i.test(message)) return 'NotFound';
  if (/connection refused|no such host|timeout|timed out|TLS handshake|server misbehaving|EOF|unreachable|reset/i.test(message)) {
    return 'Unavailable';
  }
  return fallback === 'Conflict' ? 'Unavailable' : fallback;
}

/** Reads the engine's progress to its end. @returns the failure, which comes as the last line */
async function readProgress(progress: NodeJS.ReadableStream): Promise<string | undefined> {
  let rest = '';
  let failure: string | undefined;
  for await (const chunk of progress) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) failure = failureOf(line) ?? failure;
  }
  return failureOf(rest) ?? failure;
}

function failureOf(line: string): string | undefined {
  if (!line.includes('"error"')) return undefined;
  const { error } = JSON.parse(line) as { error?: string };
  return error;
}

function namesOf(tags: readonly string[] | null | undefined, digests: readonly string[] | null | undefined): string[] {
  return [...(tags ?? []), ...(digests ?? [])].filter((name) => !name.includes('<none>'));
}
