import type { ContainerProcess } from '../runtime/container-runtime.js';

/** Sets the size of a terminal, one call at a time; of sizes that come meanwhile the newest counts. */
export class TerminalSizes {
  readonly #process: Pick<ContainerProcess, 'resize'>;
  #wanted: { columns: number; rows: number } | undefined;
  #setting = false;

  constructor(process: Pick<ContainerProcess, 'resize'>) {
    this.#process = process;
  }

  set(columns: number, rows: number): void {
    this.#wanted = { columns, rows };
    if (!this.#setting) void this.#apply();
  }

  /** Never rejects. */
  async #apply(): Promise<void> {
    this.#setting = true;
    while (this.#wanted) {
      const { columns, rows } = this.#wanted;
      this.#wanted = undefined;
      try {
        await this.#process.resize(columns, rows);
      } catch {
        // The engine does not answer. A wrong size is no reason to end the process; a broken stream says so itself.
      }
    }
    this.#setting = false;
  }
}
