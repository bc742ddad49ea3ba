import { isError } from '../../lib/errors/errors.js';
import { runCommand, type CommandRunner } from '../commands/command-runner.js';

/** The kernel's nftables as a proxy needs them. */
export interface Nft {
  /**
   * Applies `text` as one transaction: all of it or nothing.
   * @throws LongshoreError Internal when the kernel or nft refuses it
   */
  apply(text: string): Promise<void>;
  /** `nft -j list table ip <table>`; undefined when there is no such table. */
  list(table: string): Promise<string | undefined>;
}

/** Speaks to the kernel through the `nft` program. */
export class NftRunner implements Nft {
  readonly #run: CommandRunner;

  constructor(options: { run?: CommandRunner } = {}) {
    this.#run = options.run ?? runCommand;
  }

  async apply(text: string): Promise<void> {
    await this.#run('nft', ['-f', '-'], { input: text, timeoutMs: 30_000 });
  }

  /** Whether this kernel and this nft would take `text`; nothing is changed. */
  async allows(text: string): Promise<boolean> {
    try {
      await this.#run('nft', ['-c', '-f', '-'], { input: text, timeoutMs: 30_000 });
      return true;
    } catch (thrown) {
      if (isError(thrown, 'Internal')) return false;
      throw thrown;
    }
  }

  async list(table: string): Promise<string | undefined> {
    try {
      return await this.#run('nft', ['-j', 'list', 'table', 'ip', table], { timeoutMs: 30_000 });
    } catch (thrown) {
      if (isError(thrown, 'Internal') && String(thrown.fields.stderr).includes('No such file or directory')) return undefined;
      throw thrown;
    }
  }
}
