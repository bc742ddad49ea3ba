import type { Pod } from '../../lib/kubernetes/types/core-v1.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import type { ApiClient } from '../../lib/kubernetes-client/api-client.js';
import type { LogOptions } from '../../lib/kubernetes-client/options.js';
import { chooseContainer, choosePod } from './choose-pod.js';
import { copyLog } from './copy-log.js';
import type { Printer } from '../terminal/printer.js';

export interface LogsOptions {
  selector?: string;
  container?: string;
  allContainers: boolean;
  follow: boolean;
  previous: boolean;
  /** Undefined: all, or the last 10 of each of several pods. */
  tail?: number;
  sinceSeconds?: number;
  sinceTime?: string;
  timestamps: boolean;
  prefix?: boolean;
}

/** More streams than that are asked for by mistake. */
const mostStreams = 20;

interface LogSource {
  pod: string;
  container: string;
}

/** Prints the logs of a pod, of a workload's pod, or of all pods that a selector means. */
export async function showLogs(
  client: ApiClient,
  reference: string | undefined,
  options: LogsOptions,
  out: NodeJS.WritableStream,
  print: Printer,
  signal: AbortSignal,
): Promise<void> {
  const sources = await sourcesOf(client, reference, options, print, signal);
  if (options.follow && sources.length > mostStreams) {
    throw new LongshoreError('InvalidArgument', `that are ${sources.length} containers to follow: select ${mostStreams} at most`);
  }
  const request: LogOptions = {
    follow: options.follow,
    previous: options.previous,
    timestamps: options.timestamps,
    sinceSeconds: options.sinceSeconds,
    sinceTime: options.sinceTime,
    tailLines: options.tail ?? (options.selector === undefined ? undefined : 10),
  };
  const withPrefix = options.prefix ?? (options.selector !== undefined && sources.length > 1);
  const show = async ({ pod, container }: LogSource): Promise<void> => {
    const log = await client.logs(pod, { ...request, container }, signal);
    await copyLog(log, out, withPrefix ? `[pod/${pod}/${container}] ` : undefined, signal);
  };
  // Several that are followed are read at once; otherwise one after the other keeps them apart.
  if (options.follow) await Promise.all(sources.map(show));
  else for (const source of sources) await show(source);
}

async function sourcesOf(
  client: ApiClient,
  reference: string | undefined,
  options: LogsOptions,
  print: Printer,
  signal: AbortSignal,
): Promise<LogSource[]> {
  if ((reference === undefined) === (options.selector === undefined)) {
    throw new LongshoreError('InvalidArgument', 'say a pod, KIND/NAME of its workload, or -l SELECTOR, and only one of them');
  }
  if (options.selector !== undefined) {
    const { items } = await client.pods.list({ labelSelector: options.selector }, signal);
    if (items.length === 0) print.note(`No resources found in ${client.namespace} namespace.`);
    return items.flatMap((pod) => containersOf(pod, options, print));
  }
  const { pod, candidates } = await choosePod(client, reference ?? '', signal);
  if (candidates > 1) print.note(`Found ${candidates} pods, using pod/${pod.metadata.name}`);
  return containersOf(pod, options, print);
}

function containersOf(pod: Pod, options: LogsOptions, print: Printer): LogSource[] {
  const { name } = pod.metadata;
  if (options.allContainers) {
    return [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map((container) => ({
      pod: name,
      container: container.name,
    }));
  }
  const { name: container, others } = chooseContainer(pod, options.container);
  if (others > 0 && options.selector === undefined) {
    const all = pod.spec.containers.map((each) => each.name).join(', ');
    print.note(`Defaulted container "${container}" out of: ${all}`);
  }
  return [{ pod: name, container }];
}
