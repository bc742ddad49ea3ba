import { type Command, Option } from 'commander';

import { connect, type ConnectionOptions, withConnection } from '../connection/options.js';
import { describeTargets } from '../describe/describe.js';
import { getObjects, targetsOf, type GetOptions } from '../objects/get.js';
import { watchObjects } from '../objects/get-watch.js';
import { interruptSignal } from '../terminal/interrupt.js';
import { terminalPrinter } from '../terminal/printer.js';

interface GetFlags extends ConnectionOptions, GetOptions {
  watch: boolean;
}

/** get, describe. */
export function addGetCommands(program: Command): void {
  addGetCommand(program);
  addDescribeCommand(program);
}

function addGetCommand(program: Command): void {
  const command = withSelection(program.command('get <what...>').description('list objects, or show some of them'))
    .addOption(
      new Option('-o, --output <format>', 'print whole objects, more columns, or names').choices([
        'json',
        'yaml',
        'wide',
        'name',
      ]),
    )
    .option('-w, --watch', 'go on and show every change', false)
    .option('--show-labels', 'a last column with the labels', false)
    .option('--no-headers', 'no header line')
    .option('--ignore-not-found', 'print nothing for an object that is not there', false);
  withConnection(command).action(async (words: string[], { watch, ...flags }: GetFlags) => {
    const signal = interruptSignal();
    using client = await connect(flags);
    const targets = await targetsOf(client, words, flags);
    const show = watch ? watchObjects : getObjects;
    await show({ client, targets, options: flags, print: terminalPrinter, signal });
  });
}

interface DescribeFlags extends ConnectionOptions {
  selector?: string;
  allNamespaces: boolean;
}

function addDescribeCommand(program: Command): void {
  const command = program
    .command('describe <what...>')
    .description('tell all about objects: state, conditions, and what happened to them')
    .option('-l, --selector <labels>', 'those with these labels, such as app=web')
    .option('-A, --all-namespaces', 'of all namespaces', false);
  withConnection(command).action(async (words: string[], flags: DescribeFlags) => {
    const signal = interruptSignal();
    using client = await connect(flags);
    await describeTargets(client, words, flags, terminalPrinter, signal);
  });
}

/** Adds -A, -l and --field-selector. */
export function withSelection(command: Command): Command {
  return command
    .option('-A, --all-namespaces', 'of all namespaces', false)
    .option('-l, --selector <labels>', 'those with these labels, such as app=web,tier!=db')
    .option('--field-selector <fields>', 'those with these fields, such as status.phase=Running,spec.nodeName=node-1');
}
