import { Command, Option } from 'commander';

import { longshoreVersion } from '../lib/version/longshore-version.js';
import { commandGuide } from './command-guide.js';
import { addAccessCommands } from './commands/access.js';
import { addBackupCommands } from './commands/backup.js';
import { addCompletionCommands } from './commands/completion.js';
import { addDebugGrpcCommands } from './commands/debug-grpc.js';
import { addDoctorCommand } from './commands/doctor.js';
import { addInstallCommands } from './commands/install.js';
import { addLabCommands } from './commands/lab.js';
import { addLocalClusterCommands } from './commands/local-cluster.js';
import { addMachineCommands } from './commands/machines.js';
import { addNodeCommands } from './commands/nodes.js';
import { addObjectCommands } from './commands/objects.js';
import { addVersionCommand } from './commands/version.js';
import { colorsFor, hasColors } from './terminal/colors.js';
import { helpStyle, withGuide } from './terminal/help.js';

/** The commands in the order and the groups in which help shows them. */
const groups: readonly (readonly [heading: string, ...add: ((program: Command) => void)[]])[] = [
  ['Cluster on this machine:', addLocalClusterCommands],
  ['Machines:', addMachineCommands, addInstallCommands, addAccessCommands, addNodeCommands, addDoctorCommand, addBackupCommands],
  ['Lab:', addLabCommands],
  ['Objects:', addObjectCommands],
  ['Help:', addVersionCommand, addCompletionCommands, addDebugGrpcCommands],
];

/** The `longshore` command. Wrong usage is thrown as a CommanderError after it was said. */
export function createProgram(): Command {
  const program = new Command('longshore')
    .description('Kubernetes pods on ordinary Docker hosts: on this machine, on several, or in a lab of containers.')
    .usage('COMMAND [flags]')
    .version(longshoreVersion(), '-V, --version', 'print the version of longshore')
    .option('--no-color', 'no colours (also NO_COLOR; without, a terminal has them)')
    .helpOption('-h, --help', 'show help')
    .showHelpAfterError('(longshore --help shows every command)')
    .configureHelp(helpStyle())
    .configureOutput({
      getOutHasColors: () => hasColors(process.stdout),
      getErrHasColors: () => hasColors(process.stderr),
      outputError: (text, write) => write(text.replace(/^error:/, colorsFor(process.stderr).red('longshore:'))),
    })
    // An option belongs to the command that it follows: agent and agent restart share some.
    .enablePositionalOptions()
    .exitOverride();
  for (const [heading, ...adds] of groups) {
    program.commandsGroup(heading);
    for (const add of adds) add(program);
  }
  program.helpCommand('help [command]', 'show the help of a command').addHelpText('after', rootHelpEnd);
  for (const command of program.commands) complete(command, []);
  return program;
}

/**
 * What every command has: its examples, colours that can be turned off after it too, and a
 * word about its help for whoever used it wrongly.
 */
function complete(command: Command, parents: readonly string[]): void {
  const path = [...parents, command.name()];
  const words = path.join(' ');
  command.addOption(new Option('--no-color').hideHelp()).showHelpAfterError(`(longshore ${words} --help says more)`);
  withGuide(command, commandGuide[words] ?? {});
  for (const child of command.commands) complete(child, path);
}

function rootHelpEnd(): string {
  const { bold } = colorsFor(process.stdout);
  return `
${bold('First steps:')}
  longshore quickstart            a cluster on this machine with an application on it
  longshore apply -f web.yaml     make objects as a file says
  longshore get pods -w           watch them come
  longshore COMMAND --help        flags and examples of a command

${bold('Exit codes:')}
  0  success                      3  not found
  1  failure                      4  conflict, or the state of things does not allow it
  2  wrong usage or input         5  the server does not answer, or not in time
  exec ends with the code of its own command; Ctrl-C with 130.`;
}
