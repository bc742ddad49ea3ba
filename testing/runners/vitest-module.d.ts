/** vitest is the user's: it is installed where their tests are, not here. Its hooks as vitest-hooks.ts has them. */
declare module 'vitest' {
  interface Task {
    name: string;
    suite?: { name: string } | undefined;
    result?: { state?: string; errors?: unknown[] } | undefined;
  }
  export const beforeAll: (work: () => Promise<void>, timeoutMs: number) => void;
  export const afterAll: (work: () => Promise<void>, timeoutMs: number) => void;
  export const afterEach: (work: (context: { task: Task }) => Promise<void>, timeoutMs: number) => void;
}
