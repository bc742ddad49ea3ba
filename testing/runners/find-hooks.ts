import { LongshoreError } from '../../lib/errors/errors.js';
import { jestHooks, type JestGlobals } from './jest-hooks.js';
import { mochaHooks, type MochaGlobals } from './mocha-hooks.js';
import { nodeTestHooks } from './node-test-hooks.js';
import type { RunnerHooks } from './runner-hooks.js';
import { vitestHooks, type VitestHooks } from './vitest-hooks.js';

/**
 * The hooks of whichever runner declares tests now, by the globals that it gives them; without
 * any it is Node's own.
 * @throws LongshoreError FailedPrecondition for vitest without globals
 */
export function findHooks(globals: object = globalThis, env: NodeJS.ProcessEnv = process.env): RunnerHooks {
  if (has(globals, 'beforeAll', 'afterAll', 'afterEach')) {
    return env.VITEST ? vitestHooks(globals as VitestHooks) : jestHooks(globals as JestGlobals);
  }
  if (env.VITEST) {
    throw new LongshoreError(
      'FailedPrecondition',
      'vitest runs without globals: import { useCluster } from "@longshore/testing/vitest"',
    );
  }
  return has(globals, 'before', 'after', 'afterEach') ? mochaHooks(globals as MochaGlobals) : nodeTestHooks;
}

function has(globals: object, ...names: string[]): boolean {
  return names.every((name) => typeof (globals as Record<string, unknown>)[name] === 'function');
}
