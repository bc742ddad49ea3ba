/** What has to happen before the control plane counts as ready; each step happens once. */
export class Readiness {
  readonly #missing: Set<string>;
  /** For /readyz, here and of the API. */
  readonly checks: readonly { readonly name: string; check(): string | undefined }[];

  constructor(steps: readonly string[]) {
    this.#missing = new Set(steps);
    this.checks = steps.map((name) => ({
      name,
      check: () => (this.#missing.has(name) ? 'still starting' : undefined),
    }));
  }

  done(step: string): void {
    this.#missing.delete(step);
  }
}
