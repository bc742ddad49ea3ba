import type { RunnerHooks } from './runner-hooks.js';

interface MochaContext {
  timeout(ms: number): void;
  currentTest?: { state?: string; err?: Error; fullTitle(): string };
}
type MochaHook = (work: (this: MochaContext) => Promise<void>) => void;

/** mocha's globals of its BDD interface. */
export interface MochaGlobals {
  before: MochaHook;
  after: MochaHook;
  afterEach: MochaHook;
}

export function mochaHooks({ before, after, afterEach }: MochaGlobals): RunnerHooks {
  const timed = (hook: MochaHook) => (work: () => Promise<void>, timeoutMs: number) => {
    hook(async function () {
      this.timeout(timeoutMs);
      await work();
    });
  };
  return {
    before: timed(before),
    after: timed(after),
    afterFailure: (work, timeoutMs) => {
      afterEach(async function () {
        const { currentTest } = this;
        if (currentTest?.state !== 'failed') return;
        this.timeout(timeoutMs);
        await work(currentTest.fullTitle(), currentTest.err);
      });
    },
  };
}
