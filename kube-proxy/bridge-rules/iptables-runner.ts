import { isError } from '../../lib/errors/errors.js';
import { runCommand, type CommandRunner } from '../commands/command-runner.js';

/** One rule's match, in iptables' own words. */
export type RuleSpec = readonly string[];

/** Docker's filter chain for rules of others, as a proxy needs it. */
export interface DockerUserChain {
  /** Its rules as `iptables -S` words them; undefined when there is no such chain (yet). */
  list(): Promise<readonly string[] | undefined>;
  /** Puts a rule first, unless the chain has it. */
  ensure(rule: RuleSpec): Promise<void>;
  /** Deletes a rule that `list` showed. */
  delete(listed: string): Promise<void>;
}

const chain = 'DOCKER-USER';

/** Speaks to the kernel through `iptables`, the program that Docker itself uses. */
export class IptablesRunner implements DockerUserChain {
  readonly #run: CommandRunner;

  constructor(options: { run?: CommandRunner } = {}) {
    this.#run = options.run ?? runCommand;
  }

  async list(): Promise<readonly string[] | undefined> {
    try {
      const listing = await this.#iptables('-S', chain);
      return listing.split('\n').filter((line) => line.startsWith('-A '));
    } catch (thrown) {
      if (isNoSuchChain(thrown)) return undefined;
      throw thrown;
    }
  }

  async ensure(rule: RuleSpec): Promise<void> {
    try {
      await this.#iptables('-C', chain, ...rule);
    } catch (thrown) {
      if (!isError(thrown, 'Internal')) throw thrown;
      await this.#iptables('-I', chain, '1', ...rule);
    }
  }

  async delete(listed: string): Promise<void> {
    const words = listed.match(/"[^"]*"|\S+/g) ?? [];
    await this.#iptables('-D', ...words.slice(1).map((word) => word.replaceAll('"', '')));
  }

  #iptables(...args: string[]): Promise<string> {
    // -w: wait for the lock that Docker may hold.
    return this.#run('iptables', ['-w', '5', ...args]);
  }
}

function isNoSuchChain(thrown: unknown): boolean {
  return isError(thrown, 'Internal') && /No chain|does not exist/.test(String(thrown.fields.stderr));
}
