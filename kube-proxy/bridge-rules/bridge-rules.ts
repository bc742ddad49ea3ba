import { Notification } from '../../lib/async/notification.js';
import { type Clock } from '../../lib/clock/clock.js';
import { type Logger } from '../../lib/log/logger.js';
import { type DockerUserChain } from './iptables-runner.js';

/** Docker flushes its chains when it starts; its networks work again after at most this long. */
const ensurePeriodMs = 5_000;

/**
 * Lets traffic of the node's pods pass Docker's own firewall, which keeps its bridges apart
 * and drops what comes from outside. Touches only rules with this node's comment.
 */
export class BridgeRules {
  readonly #chain: DockerUserChain;
  readonly #comment: string;
  readonly #changed = new Notification();
  readonly #clock: Clock;
  readonly #log: Logger;
  #podCidr: string | undefined;
  #problem: string | undefined;

  /** @param options.owner unique on this kernel; the table's name */
  constructor(options: { chain: DockerUserChain; owner: string; clock: Clock; log: Logger }) {
    this.#chain = options.chain;
    this.#comment = options.owner;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** The pods whose traffic passes from now on. */
  setPodCidr(podCidr: string): void {
    if (this.#podCidr === podCidr) return;
    this.#podCidr = podCidr;
    this.#changed.notify();
  }

  /**
   * Makes the rules what they should be. Idempotent.
   * @returns whether Docker's chain exists; without it Docker filters nothing
   */
  async ensure(podCidr: string): Promise<boolean> {
    const listed = await this.#chain.list();
    if (!listed) return false;
    const wanted = ['-s', '-d'].map((side) => [side, podCidr, ...this.#suffix()]);
    const present = new Set(listed.filter((line) => this.#isOurs(line)));
    for (const rule of wanted) {
      const line = [...present].find((candidate) => candidate.startsWith(`-A DOCKER-USER ${rule[0] ?? ''} ${podCidr} `));
      if (line === undefined) await this.#chain.ensure(rule);
      else present.delete(line);
    }
    for (const line of present) await this.#chain.delete(line);
    return true;
  }

  /** Removes every rule with this node's comment. */
  async remove(): Promise<void> {
    for (const line of (await this.#chain.list()) ?? []) if (this.#isOurs(line)) await this.#chain.delete(line);
  }

  /** Ensures the rules at every change and periodically until `signal` aborts. They stay then. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#podCidr !== undefined) await this.#tryEnsure(this.#podCidr);
      await this.#changed.waitAtMost(ensurePeriodMs, this.#clock, signal);
    }
  }

  async #tryEnsure(podCidr: string): Promise<void> {
    let problem: string | undefined;
    try {
      if (!(await this.ensure(podCidr))) problem = 'Docker has no DOCKER-USER chain (yet)';
    } catch (thrown) {
      problem = thrown instanceof Error ? thrown.message : String(thrown);
    }
    if (problem === this.#problem) return;
    this.#problem = problem;
    if (problem === undefined) this.#log.info('traffic of pods passes the firewall of Docker', { podCidr });
    else this.#log.warn('traffic of pods may be dropped by the firewall of Docker', { podCidr, problem });
  }

  #suffix(): string[] {
    return ['-m', 'comment', '--comment', this.#comment, '-j', 'ACCEPT'];
  }

  #isOurs(line: string): boolean {
    return / --comment "?([^" ]+)"? /.exec(line)?.[1] === this.#comment;
  }
}
