import type { WebSocket } from 'ws';

import { remoteCommandProtocols } from '../../streams/remote-command.js';
import type { ApiAccess } from '../access.js';
import { openWebSocket } from './open-web-socket.js';
import { remoteProcess, type RemoteProcess } from './remote-process.js';

export interface AttachOptions {
  namespace: string;
  pod: string;
  /** Default: the pod's only container. */
  container?: string;
  stdin: boolean;
  /** Exec: gives the process a terminal. Attach: says that the container's process has one. */
  tty: boolean;
}

export interface ExecOptions extends AttachOptions {
  /** Program and arguments; no shell in between. */
  command: readonly string[];
}

/**
 * Runs a command in a container.
 * @throws LongshoreError InvalidArgument, NotFound, PermissionDenied, Unavailable with the server's words
 */
export async function openExec(access: ApiAccess, options: ExecOptions, signal?: AbortSignal): Promise<RemoteProcess> {
  return open(access, 'exec', options, options.command, signal);
}

/**
 * Connects to the process that a container runs, from now on.
 * @throws LongshoreError as openExec
 */
export async function openAttach(access: ApiAccess, options: AttachOptions, signal?: AbortSignal): Promise<RemoteProcess> {
  return open(access, 'attach', options, [], signal);
}

async function open(
  access: ApiAccess,
  subresource: 'exec' | 'attach',
  { namespace, pod, container, stdin, tty }: AttachOptions,
  command: readonly string[],
  signal: AbortSignal | undefined,
): Promise<RemoteProcess> {
  const query = new URLSearchParams();
  for (const word of command) query.append('command', word);
  if (container !== undefined) query.set('container', container);
  const flags = { stdin, stdout: true, stderr: !tty, tty };
  for (const [name, value] of Object.entries(flags)) query.set(name, String(value));
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/${subresource}`;
  const connect = (webSocket: WebSocket): RemoteProcess => remoteProcess(webSocket, { stdin, tty });
  return openWebSocket(access, `${path}?${query.toString()}`, remoteCommandProtocols.slice(0, 1), connect, signal);
}
