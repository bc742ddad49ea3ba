import { finished } from 'node:stream/promises';

import type { ApiClient } from '../../lib/kubernetes-client/api-client.js';
import { openExec } from '../../lib/kubernetes-client/streams/open-process.js';
import type { RemoteProcess } from '../../lib/kubernetes-client/streams/remote-process.js';
import { printError } from '../terminal/report-error.js';
import { chooseContainer, choosePod } from './choose-pod.js';
import type { Printer } from '../terminal/printer.js';

export interface ExecCommandOptions {
  container?: string;
  /** Hands standard input over. */
  stdin: boolean;
  /** A terminal for the command, if this is one. */
  tty: boolean;
}

/** Where a command's streams end: this process's own. */
export interface LocalStreams {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
}

/** Runs a command in a container, with this process's streams. @returns its exit code */
export async function execInPod(
  client: ApiClient,
  reference: string,
  command: readonly string[],
  options: ExecCommandOptions,
  local: LocalStreams & { print: Printer },
  signal: AbortSignal,
): Promise<number> {
  const { pod } = await choosePod(client, reference, signal);
  const { name, others } = chooseContainer(pod, options.container);
  if (others > 0)
    local.print.note(`Defaulted container "${name}" out of: ${pod.spec.containers.map((each) => each.name).join(', ')}`);
  const tty = options.tty && local.stdin.isTTY;
  if (options.tty && !tty) local.print.note('standard input is no terminal, so the command gets none');
  const { namespace = client.namespace } = pod.metadata;
  const request = { namespace, pod: pod.metadata.name, container: name, command, stdin: options.stdin, tty };
  const remote = await openExec(client.access, request, signal);
  const onAbort = (): void => remote.close();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const { code, message } = await connect(remote, local, tty);
    if (message !== undefined && !signal.aborted) printError(message);
    return code;
  } finally {
    signal.removeEventListener('abort', onAbort);
    remote.close();
  }
}

async function connect(remote: RemoteProcess, { stdin, stdout, stderr }: LocalStreams, tty: boolean): RemoteProcess['exit'] {
  const resize = (): void => remote.resize(stdout.columns || 80, stdout.rows || 24);
  if (tty) {
    stdin.setRawMode(true);
    resize();
    stdout.on('resize', resize);
  }
  if (remote.stdin) stdin.pipe(remote.stdin);
  remote.stdout.pipe(stdout, { end: false });
  remote.stderr?.pipe(stderr, { end: false });
  try {
    const exit = await remote.exit;
    const outputs = [remote.stdout, ...(remote.stderr ? [remote.stderr] : [])];
    await Promise.all(outputs.map((output) => finished(output, { writable: false })));
    return exit;
  } finally {
    if (tty) {
      stdout.off('resize', resize);
      stdin.setRawMode(false);
    }
    // What is still to be typed is for whoever comes next.
    stdin.unpipe();
    stdin.destroy();
  }
}
