import type { Command } from 'commander';

import { connect, type ConnectionOptions, withConnection } from '../connection/options.js';
import { execInPod, type ExecCommandOptions } from '../objects/exec.js';
import { interruptSignal } from '../terminal/interrupt.js';
import { terminalPrinter } from '../terminal/printer.js';

/** exec. */
export function addExecCommand(program: Command): void {
  const command = program
    .command('exec <pod> <command...>')
    .description('run a command in a container; ends with its exit code')
    .usage('POD [flags] -- COMMAND [args...]')
    .option('-c, --container <name>', "container (default: the pod's first)")
    .option('-i, --stdin', 'hand standard input over', false)
    .option('-t, --tty', 'give the command a terminal', false);
  withConnection(command).action(async (pod: string, words: string[], flags: ConnectionOptions & ExecCommandOptions) => {
    const signal = interruptSignal();
    using client = await connect(flags);
    const { stdin, stdout, stderr } = process;
    process.exitCode = await execInPod(client, pod, words, flags, { stdin, stdout, stderr, print: terminalPrinter }, signal);
  });
}
