import { Command } from 'commander';

import { LongshoreError } from '../lib/errors/errors.js';
import { keepCodeCache } from '../lib/lifecycle/keep-code-cache.js';
import { longshoreVersion } from '../lib/version/longshore-version.js';
import { addBackupCommands } from './commands/backup.js';
import { addDebugGrpcCommands } from './commands/debug-grpc.js';
import { addDoctorCommand } from './commands/doctor.js';
import { addLabCommands } from './commands/lab.js';
import { addLocalClusterCommands } from './commands/local-cluster.js';
import { addMachineCommands } from './commands/machines.js';
import { exitCodeOf } from './exit-codes.js';

const program = new Command('longshore')
  .description('Kubernetes pods on ordinary Docker hosts')
  .version(longshoreVersion())
  .enablePositionalOptions()
  .showHelpAfterError('(longshore --help shows every command)');

addLocalClusterCommands(program);
addMachineCommands(program);
addBackupCommands(program);
addDoctorCommand(program);
addLabCommands(program);
addDebugGrpcCommands(program);

program
  .parseAsync()
  .catch((thrown: unknown) => {
    const error = LongshoreError.from(thrown);
    console.error(`longshore: ${error.message}`);
    process.exitCode = exitCodeOf(error.code);
  })
  .finally(keepCodeCache);
