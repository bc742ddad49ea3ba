import { keepCodeCache } from '../lib/lifecycle/keep-code-cache.js';
import { exitCodes } from './exit-codes.js';
import { createProgram } from './program.js';
import { endWithClosedPipe } from './terminal/closed-pipe.js';
import { isInterrupted } from './terminal/interrupt.js';
import { reportError } from './terminal/report-error.js';

endWithClosedPipe(process.stdout);
endWithClosedPipe(process.stderr);

const program = createProgram();
if (process.argv.length <= 2) program.outputHelp();
else {
  program
    .parseAsync()
    .catch((thrown: unknown) => {
      process.exitCode = reportError(thrown);
    })
    .finally(() => {
      // What was interrupted does not wait for what it has left behind.
      if (isInterrupted()) process.exit(exitCodes.interrupted);
      keepCodeCache();
    });
}
