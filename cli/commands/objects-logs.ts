import { type Command, InvalidArgumentError } from 'commander';

import { parseDuration } from '../../lib/command-line/options.js';
import { connect, type ConnectionOptions, withConnection } from '../connection/options.js';
import { showLogs, type LogsOptions } from '../objects/logs.js';
import { interruptSignal } from '../terminal/interrupt.js';
import { terminalPrinter } from '../terminal/printer.js';

interface LogsFlags extends ConnectionOptions, Omit<LogsOptions, 'sinceSeconds'> {
  since?: number;
}

/** logs. */
export function addLogsCommand(program: Command): void {
  const command = program
    .command('logs [pod]')
    .description('print what a container has written: of a pod, or of deployment/NAME and the like')
    .option('-c, --container <name>', "container (default: the pod's first)")
    .option('--all-containers', 'of all containers of the pod', false)
    .option('-l, --selector <labels>', 'of all pods with these labels')
    .option('-f, --follow', 'go on until the container ends', false)
    .option('-p, --previous', 'of the container before its last restart', false)
    .option('--tail <lines>', 'only the last lines (default: all; 10 of each with -l)', lines)
    .option('--since <duration>', 'only of the last 90s, 5m, 2h', parseDuration)
    .option('--since-time <time>', 'only from then on, RFC 3339')
    .option('--timestamps', 'begin each line with its time', false)
    .option('--prefix', 'begin each line with its pod and container (default with -l and several pods)')
    .option('--no-prefix', 'never');
  withConnection(command).action(async (pod: string | undefined, { since, ...flags }: LogsFlags) => {
    const signal = interruptSignal();
    using client = await connect(flags);
    const sinceSeconds = since === undefined ? undefined : Math.ceil(since / 1000);
    await showLogs(client, pod, { ...flags, sinceSeconds }, process.stdout, terminalPrinter, signal);
  });
}

/** -1 is all, as for kubectl. */
function lines(text: string): number | undefined {
  const count = Number(text);
  if (!Number.isInteger(count) || count < -1) throw new InvalidArgumentError('say a whole number of lines, or -1 for all');
  return count === -1 ? undefined : count;
}
