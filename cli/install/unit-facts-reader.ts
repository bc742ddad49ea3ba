import { realpath } from 'node:fs/promises';
import { join } from 'node:path';

import { LongshoreError } from '../../lib/errors/errors.js';
import { runProgram } from '../../lib/local-cluster/process-runner.js';
import { home } from '../home.js';
import type { UnitFacts } from './units/unit-facts.js';

/** The node and the longshore that run this command are the ones that the units start. */
export async function readUnitFacts(): Promise<UnitFacts> {
  const node = await realpath(process.execPath);
  const longshore = join(await realpath(home), 'bin', 'longshore.js');
  return { node, longshore, inHome: [node, longshore].some((path) => /^\/(home|root|run\/user)\//.test(path)) };
}

/** @throws LongshoreError FailedPrecondition when `user` cannot run Longshore, for example out of root's home */
export async function requireRunnableBy(user: string, { node, longshore }: UnitFacts): Promise<void> {
  try {
    await runProgram('runuser', ['--user', user, '--', node, longshore, '--version']);
  } catch (thrown) {
    throw new LongshoreError(
      'FailedPrecondition',
      `the user ${user}, who runs the control plane, cannot run ${longshore} with ${node}: install both for all users, for example with "npm install --global --prefix /usr/local"`,
      { cause: thrown },
    );
  }
}
