import type { Kubectl } from '../../support/kubectl.js';

/** One kubectl in a namespace of its own on the cluster of the suite. */
export interface Scene {
  readonly kubectl: Kubectl;
  readonly namespace: string;
  /** At least 1.25: it asks for strict validation and speaks protobuf. */
  readonly modern: boolean;
}

/** What the tests call; `args` are split at blanks, and `-n <namespace>` is added. */
export class SceneCommands {
  readonly #scene: () => Scene;

  constructor(scene: () => Scene) {
    this.#scene = scene;
  }

  get scene(): Scene {
    return this.#scene();
  }

  /** @returns standard output @throws when the command fails */
  ok(args: string, stdin?: string | object): Promise<string> {
    return this.scene.kubectl.ok(this.words(args), withInput(stdin));
  }

  /** Runs a command that must fail. @returns standard error */
  async refused(args: string, stdin?: string | object): Promise<string> {
    const { code, stdout, stderr } = await this.scene.kubectl.run(this.words(args), withInput(stdin));
    if (code === 0) throw new Error(`kubectl ${args} succeeded: ${stdout}`);
    return stderr;
  }

  async json<T>(args: string): Promise<T> {
    return JSON.parse(await this.ok(`${args} -o json`)) as T;
  }

  /** Starts a command that lasts, such as a watch. */
  follow(args: string): Following {
    return new Following(this.scene.kubectl, this.words(args));
  }

  words(args: string): string[] {
    return ['-n', this.scene.namespace, ...args.split(' ')];
  }
}

/** A command that goes on, and what it has printed. */
export class Following implements AsyncDisposable {
  readonly #child: ReturnType<Kubectl['start']>;
  readonly #closed: Promise<void>;
  output = '';

  constructor(kubectl: Kubectl, args: string[]) {
    this.#child = kubectl.start(args, { stdin: 'pipe' });
    this.#child.stdin?.on('error', () => undefined);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
    this.#closed = new Promise((resolve) => this.#child.once('close', () => resolve()));
  }

  /** To its standard input, which stays open. */
  write(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** As Ctrl-Z and fg. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(name);
  }

  /** Resolves once the command has ended by itself. */
  async ended(): Promise<string> {
    await this.#closed;
    return this.output;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill();
    // One that is stopped hears nothing else.
    this.#child.kill('SIGCONT');
    await this.#closed;
  }
}

function withInput(stdin: string | object | undefined): { stdin?: string } {
  if (stdin === undefined) return {};
  return { stdin: typeof stdin === 'string' ? stdin : JSON.stringify(stdin) };
}
