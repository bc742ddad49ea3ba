import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import type { PodProcessOptions } from '../../resources/pod/pod-process.js';
import { isTrue } from '../http/request-info.js';
import { chooseContainer } from '../logs/log-container.js';
import type { ResourceCall, ResourceHandler } from '../resources/resource-call.js';
import { badRequest } from '../status.js';
import { acceptChannels } from './accept-channels.js';
import { idleSignal } from './idle-signal.js';
import { joinProcess } from './join-process.js';
import { requirePod, requireStreams, requireUpgrade } from './stream-requirements.js';

/** GET or POST pods/<name>/exec: a command in a container, its streams over WebSocket or SPDY. */
export const handleExec: ResourceHandler = (call) => {
  const command = call.query.getAll('command');
  if (command.length === 0 || command[0] === '') throw badRequest('you must specify at least one `command` for the container');
  return serveProcess(call, 'told', command);
};

/** GET or POST pods/<name>/attach: the streams of the process that a container runs. */
export const handleAttach: ResourceHandler = (call) => serveProcess(call, 'untold');

async function serveProcess(call: ResourceCall, exitCode: 'told' | 'untold', command?: readonly string[]): Promise<void> {
  const { services } = call;
  const upgrade = requireUpgrade(call);
  const pod = await requirePod(call);
  const container = chooseContainer(pod, call.query.get('container') ?? '');
  const options = processOptions(call.query, pod, container, command);
  const streams = requireStreams(call);
  using idle = idleSignal(services.clock, call.signal);
  const accept = acceptChannels(call, upgrade, options);
  // What is wrong with pod or node is still told as a Status.
  const process = await streams.connect(pod, container, options, idle.signal);
  try {
    const channels = await accept(idle.signal);
    await joinProcess(process, channels, { exitCode, onActivity: idle.touch }, idle.signal);
  } finally {
    process.close();
  }
}

/** @throws StatusError 400 when no stream is asked for */
function processOptions(
  query: URLSearchParams,
  pod: Pod,
  container: string,
  command: readonly string[] | undefined,
): PodProcessOptions {
  const wanted = (name: string): boolean => isTrue(query.get(name));
  const [stdin, stdout, stderr] = [wanted('stdin'), wanted('stdout'), wanted('stderr')];
  if (!stdin && !stdout && !stderr) throw badRequest('you must specify at least 1 of stdin, stdout, stderr');
  // A terminal has one output; of the container's own process its spec says whether it has one.
  const tty = command ? wanted('tty') : (pod.spec.containers.find(({ name }) => name === container)?.tty ?? false);
  return { ...(command && { command }), stdin, stdout, stderr: stderr && !tty, tty };
}
