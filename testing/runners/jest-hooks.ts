import type { RunnerHooks } from './runner-hooks.js';

type JestHook = (work: () => Promise<void>, timeoutMs: number) => void;

export interface JestGlobals {
  beforeAll: JestHook;
  afterAll: JestHook;
  afterEach: JestHook;
}

interface JestBlock {
  name: string;
  parent?: JestBlock;
}
interface JestTest extends JestBlock {
  errors: unknown[];
}

/** Jest's globals. */
export function jestHooks({ beforeAll, afterAll, afterEach }: JestGlobals): RunnerHooks {
  return {
    before: beforeAll,
    after: afterAll,
    afterFailure: (work, timeoutMs) => {
      afterEach(async () => {
        const test = currentTest();
        if (test && test.errors.length > 0) await work(titleOf(test), failureOf(test.errors[0]));
      }, timeoutMs);
    },
  };
}

/**
 * Jest tells hooks nothing of the test; its runner (jest-circus) keeps that in a global under
 * a symbol. Undefined with another runner: then no failure is seen.
 */
function currentTest(): JestTest | undefined {
  const symbol = Object.getOwnPropertySymbols(globalThis).find(({ description }) => description === 'JEST_STATE_SYMBOL');
  if (!symbol) return undefined;
  return (globalThis as unknown as Record<symbol, { currentlyRunningTest?: JestTest }>)[symbol]?.currentlyRunningTest;
}

/** An error, or a pair of it and of where the test was declared. */
function failureOf(error: unknown): unknown {
  return Array.isArray(error) ? (error as unknown[])[0] : error;
}

function titleOf(test: JestTest): string {
  const names: string[] = [];
  for (let block: JestBlock | undefined = test; block?.parent; block = block.parent) names.unshift(block.name);
  return names.join(' ');
}
