import type { RunnerHooks } from './runner-hooks.js';

interface VitestTask {
  name: string;
  suite?: { name: string } | undefined;
  result?: { state?: string; errors?: unknown[] } | undefined;
}

/** Vitest's hooks, global or imported. */
export interface VitestHooks {
  beforeAll: (work: () => Promise<void>, timeoutMs: number) => void;
  afterAll: (work: () => Promise<void>, timeoutMs: number) => void;
  afterEach: (work: (context: { task: VitestTask }) => Promise<void>, timeoutMs: number) => void;
}

export function vitestHooks({ beforeAll, afterAll, afterEach }: VitestHooks): RunnerHooks {
  return {
    before: beforeAll,
    after: afterAll,
    afterFailure: (work, timeoutMs) => {
      afterEach(async ({ task }) => {
        const { name, suite, result } = task;
        if (result?.state === 'fail') await work([suite?.name, name].filter(Boolean).join(' '), result.errors?.[0]);
      }, timeoutMs);
    },
  };
}
