import { spawn, type ChildProcess } from 'node:child_process';

const program = new URL('../../bin/longshore.js', import.meta.url).pathname;

export interface CommandResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The real command with a kubeconfig, and nothing else of this machine's surroundings. */
export class LongshoreCommand {
  readonly #env: Record<string, string>;
  readonly #running = new Set<ChildProcess>();

  constructor(options: { kubeconfig: string; home: string }) {
    this.#env = { PATH: process.env.PATH ?? '', HOME: options.home, KUBECONFIG: options.kubeconfig, LONGSHORE_DIR: options.home };
  }

  /** Starts a command line; words are split at blanks. */
  start(line: string | readonly string[], env: Record<string, string> = {}): ChildProcess {
    const words = typeof line === 'string' ? line.split(' ') : line;
    const child = spawn(process.execPath, [program, ...words], {
      env: { ...this.#env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#running.add(child);
    child.once('close', () => this.#running.delete(child));
    return child;
  }

  /** Ends what a test that failed has left behind. */
  stop(): void {
    for (const child of this.#running) child.kill('SIGKILL');
  }

  /** Runs to the end. Whatever the exit code, it is a result. */
  run(line: string | readonly string[], options: { stdin?: string; env?: Record<string, string> } = {}): Promise<CommandResult> {
    const child = this.start(line, options.env);
    const result: CommandResult = { code: null, stdout: '', stderr: '' };
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (result.stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (result.stderr += text));
    // A command that does not read its input has closed it.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.stdin);
    return new Promise((resolve) => child.once('close', (code) => resolve({ ...result, code })));
  }

  /** {@link run} that must succeed. @returns standard output */
  async ok(line: string | readonly string[], stdin?: string): Promise<string> {
    const { code, stdout, stderr } = await this.run(line, { stdin });
    if (code !== 0) throw new Error(`longshore ${String(line)} exited with ${code}\n${stdout}${stderr}`);
    return stdout;
  }
}
