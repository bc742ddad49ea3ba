import { Command } from 'commander';

import { parseWholeNumber } from '../lib/command-line/options.js';
import { benchEventLoop } from './event-loop.js';
import { benchPods } from './pods.js';
import { benchStart } from './start.js';

const program = new Command('npm run bench --').description("measurements on this machine's engine");

program
  .command('pods [rounds]')
  .description('time to Ready of 1, 10 and 30 pods, beside the engine itself and Docker Swarm')
  .action(async (rounds?: string) => {
    console.log(await benchPods(parseWholeNumber(rounds ?? '3')));
  });

program
  .command('start [rounds]')
  .description('time until clusters are ready, and their memory')
  .option('--compare <revision>', 'build this revision too and measure both in turn')
  .option('--no-lab', 'leave out the lab')
  .action(async (rounds: string | undefined, options: { compare?: string; lab: boolean }) => {
    console.log(await benchStart({ rounds: parseWholeNumber(rounds ?? '3'), compare: options.compare, lab: options.lab }));
  });

program
  .command('event-loop')
  .description('processor time of single turns of the event loop')
  .action(async () => {
    console.log(await benchEventLoop());
  });

await program.parseAsync();
