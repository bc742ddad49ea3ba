import { type Command, InvalidArgumentError, Option } from 'commander';

import { LongshoreError } from '../../lib/errors/errors.js';
import type { ApiClient } from '../../lib/kubernetes-client/api-client.js';
import { readManifests } from '../../lib/kubernetes-client/manifests/read-manifests.js';
import { connect, type ConnectionOptions, withConnection } from '../connection/options.js';
import {
  deleteObjects,
  victimsOf,
  victimsOfManifests,
  type DeleteCommandOptions,
  type Victim,
  type VictimSelection,
} from '../objects/delete.js';
import { parseTargets, resolveTargets } from '../objects/resource-arguments.js';
import { interruptSignal } from '../terminal/interrupt.js';
import { terminalPrinter } from '../terminal/printer.js';
import { timeoutOption, withFiles } from './objects-apply.js';
import { withSelection } from './objects-get.js';
import { integer } from './options.js';

interface DeleteFlags extends ConnectionOptions, VictimSelection, Omit<DeleteCommandOptions, 'timeoutMs'> {
  filename?: string[];
  recursive: boolean;
  timeout: number;
}

/** delete. */
export function addDeleteCommand(program: Command): void {
  const command = withSelection(
    withFiles(program.command('delete [what...]').description('delete objects and wait until they are gone'), {
      mandatory: false,
    }),
  )
    .option('--all', 'every object of the kind in the namespace', false)
    .option('--grace-period <seconds>', 'what containers get to end', integer(0, 86_400))
    .option('--force', 'end containers at once', false)
    .addOption(
      new Option('--cascade <how>', 'what becomes of the objects that it owns')
        .choices(['background', 'foreground', 'orphan'])
        .default('background'),
    )
    .addOption(new Option('--wait [true|false]', 'wait until they are gone').argParser(isTrue).default(true))
    .option('--no-wait', 'return as soon as the deletion is asked for')
    .addOption(timeoutOption('how long to wait'))
    .option('--ignore-not-found', 'an object that is not there is no failure', false)
    .addOption(new Option('--dry-run <where>', 'delete nothing').choices(['client', 'server']));
  withConnection(command).action(async (words: string[], { timeout, ...flags }: DeleteFlags) => {
    const signal = interruptSignal();
    using client = await connect(flags);
    const victims = await chooseVictims(client, words, flags, signal);
    await deleteObjects(client, victims, { ...flags, timeoutMs: timeout }, terminalPrinter, signal);
  });
}

/** `--wait=false`, as kubectl has it. */
function isTrue(text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new InvalidArgumentError('say --wait=true or --wait=false');
  return text === 'true';
}

async function chooseVictims(
  client: ApiClient,
  words: readonly string[],
  flags: Omit<DeleteFlags, 'timeout'>,
  signal: AbortSignal,
): Promise<Victim[]> {
  const { filename, recursive } = flags;
  if (filename === undefined)
    return victimsOf(client, await resolveTargets(client.discovery, parseTargets(words)), flags, signal);
  if (words.length > 0) throw new LongshoreError('InvalidArgument', '-f and names do not go together');
  return victimsOfManifests(client, await readManifests(filename, { recursive }));
}
