import { after, afterEach, before } from 'node:test';

import type { RunnerHooks } from './runner-hooks.js';

interface NodeTestContext {
  name: string;
  fullName?: string;
  /** From Node 20.12 on. */
  passed?: boolean;
  error?: unknown;
}

/** Hooks of Node's own test runner. */
export const nodeTestHooks: RunnerHooks = {
  before: (work, timeoutMs) => {
    before(work, { timeout: timeoutMs });
  },
  after: (work, timeoutMs) => {
    after(work, { timeout: timeoutMs });
  },
  afterFailure: (work, timeoutMs) => {
    afterEach(
      async (context) => {
        const { name, fullName = name, passed, error } = context as NodeTestContext;
        if (passed === false) await work(fullName, error);
      },
      { timeout: timeoutMs },
    );
  },
};
