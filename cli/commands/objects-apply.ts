import { type Command, Option } from 'commander';

import { parseDuration } from '../../lib/command-line/options.js';
import { readManifests } from '../../lib/kubernetes-client/manifests/read-manifests.js';
import { connect, type ConnectionOptions, withConnection } from '../connection/options.js';
import { applyObjects } from '../objects/apply.js';
import { interruptSignal } from '../terminal/interrupt.js';
import { terminalPrinter } from '../terminal/printer.js';
import { Progress } from '../terminal/progress.js';

interface ApplyFlags extends ConnectionOptions {
  filename: string[];
  recursive: boolean;
  dryRun?: 'client' | 'server';
  output?: 'json' | 'yaml' | 'name';
  wait: boolean;
  timeout: number;
}

/** apply. */
export function addApplyCommand(program: Command): void {
  const command = withFiles(
    program.command('apply').description('make objects as files say: create what is missing, change what differs'),
  )
    .addOption(
      new Option('--dry-run <where>', 'change nothing: check here, or have the server check').choices(['client', 'server']),
    )
    .addOption(new Option('-o, --output <format>', 'print the objects instead').choices(['json', 'yaml', 'name']))
    .option('--wait', 'wait until workloads are rolled out and pods Ready', false)
    .addOption(timeoutOption('how long to wait'));
  withConnection(command).action(async ({ filename, recursive, timeout, ...flags }: ApplyFlags) => {
    const signal = interruptSignal();
    const manifests = await readManifests(filename, { recursive });
    using client = await connect(flags);
    await applyObjects(
      client,
      manifests,
      { ...flags, timeoutMs: timeout },
      { ...terminalPrinter, progress: new Progress() },
      signal,
    );
  });
}

/** Adds -f and -R. */
export function withFiles(command: Command, { mandatory = true } = {}): Command {
  const files = new Option('-f, --filename <path>', 'file, folder, or - for standard input; may be repeated').argParser(
    (path: string, paths: string[] | undefined) => [...(paths ?? []), path],
  );
  return command
    .addOption(files.makeOptionMandatory(mandatory))
    .option('-R, --recursive', 'look into the folders of a folder too', false);
}

/** --timeout with a default of five minutes, in milliseconds. */
export function timeoutOption(description: string): Option {
  return new Option('--timeout <duration>', `${description}, such as 90s or 5m`).argParser(parseDuration).default(300_000, '5m');
}
