import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface KubectlResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** A real kubectl with its kubeconfig. */
export interface Kubectl {
  /** Path or name of the program. */
  readonly binary: string;
  /** Its whole environment, for programs that run it. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs to its end. Whatever its exit code, it is a result. */
  run(
    args: readonly string[],
    options?: { stdin?: string; env?: Record<string, string>; timeoutMs?: number },
  ): Promise<KubectlResult>;
  /** {@link run} that must succeed. @returns standard output */
  ok(args: readonly string[], options?: { stdin?: string; env?: Record<string, string> }): Promise<string>;
  /** Starts a command that goes on until it is killed. */
  start(args: readonly string[], options?: { stdin: 'pipe' | 'ignore' }): ChildProcess;
}

export function kubectlWith(options: { binary: string; kubeconfig: string; home: string }): Kubectl {
  const { binary, kubeconfig, home } = options;
  // A home of its own: kubectl caches discovery below it.
  const baseEnv = { PATH: process.env.PATH ?? '', HOME: home, KUBECONFIG: kubeconfig };
  const run: Kubectl['run'] = (args, { stdin, env, timeoutMs = 30_000 } = {}) =>
    new Promise((resolve) => {
      const child = execFile(
        binary,
        [...args],
        { env: { ...baseEnv, ...env }, timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024 },
        (error, stdout, stderr) => {
          const code = error ? (typeof error.code === 'number' ? error.code : 255) : 0;
          resolve({ code, stdout, stderr });
        },
      );
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(stdin);
    });
  return {
    binary,
    env: baseEnv,
    run,
    ok: async (args, runOptions) => {
      const { code, stdout, stderr } = await run(args, runOptions);
      if (code !== 0) throw new Error(`kubectl ${args.join(' ')} exited with ${code}\n${stdout}${stderr}`);
      return stdout;
    },
    start: (args, { stdin } = { stdin: 'ignore' }) => spawn(binary, [...args], { env: baseEnv, stdio: [stdin, 'pipe', 'pipe'] }),
  };
}

/** The kubectl on PATH. */
export const kubectlOnPath = 'kubectl';

/**
 * Debian's own kubectl (package kubernetes-client; 1.20 in bookworm), unpacked into a
 * cache below the temporary directory without installing it.
 * @returns path of the binary
 */
export async function debianKubectl(): Promise<string> {
  const version = await candidateOf('kubernetes-client').catch(async () => {
    // A machine that has never fetched the package lists.
    await command('apt-get', ['update'], tmpdir());
    return candidateOf('kubernetes-client');
  });
  const dir = join(tmpdir(), `longshore-kubectl-${createHash('sha256').update(version).digest('hex').slice(0, 12)}`);
  const binary = join(dir, 'usr/bin/kubectl');
  if (await exists(binary)) return binary;
  const work = await mkdtemp(join(tmpdir(), 'longshore-kubectl-new-'));
  try {
    await command('apt-get', ['download', 'kubernetes-client'], work);
    await mkdir(join(work, 'root'));
    await command('sh', ['-c', 'dpkg -x kubernetes-client_*.deb root'], work);
    // Somebody else may have been faster; then theirs serves as well.
    await rename(join(work, 'root'), dir).catch(async (error: unknown) => {
      if (!(await exists(binary))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return binary;
}

async function candidateOf(packageName: string): Promise<string> {
  const policy = await command('apt-cache', ['policy', packageName], tmpdir());
  const candidate = /Candidate: (\S+)/.exec(policy)?.[1];
  if (candidate === undefined || candidate === '(none)') throw new Error(`no package ${packageName}: run apt-get update`);
  return candidate;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function command(file: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(file, [...args], { cwd, timeout: 120_000 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${file} ${args.join(' ')} failed: ${stderr}`));
      else resolve(stdout);
    });
  });
}
