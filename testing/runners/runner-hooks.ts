/** What the harness needs of a test runner. */
export interface RunnerHooks {
  /** Runs `work` once before the tests of the surrounding block. */
  before(work: () => Promise<void>, timeoutMs: number): void;
  after(work: () => Promise<void>, timeoutMs: number): void;
  /** Runs `work` after each test that has failed. */
  afterFailure(work: (title: string, failure: unknown) => Promise<void>, timeoutMs: number): void;
}
