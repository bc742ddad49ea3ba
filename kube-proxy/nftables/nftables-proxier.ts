import { type Logger } from '../../lib/log/logger.js';
import { computeChanges, type Change } from './changes.js';
import { type Nft } from './nft-runner.js';
import { parseListing } from './observed-ruleset.js';
import { renderChanges, renderReplacement } from './render.js';
import { emptyRuleset, type Ruleset, type RulesetShape } from './ruleset.js';

export type ApplyKind = 'none' | 'incremental' | 'full' | 'replaced';

/**
 * Makes one table of the kernel what it should be, a transaction at a time.
 *
 *   unknown --apply (list, compare)--> known --apply (compare)--> known
 *      ^------------- any error, verify() finds drift -------------|
 *
 * While `known`, a change costs only what changed. While `unknown` (at the start, after an
 * error) the kernel's table is listed first; what it holds rightly stays, so that a restart
 * neither interrupts traffic nor forgets affinity. Only when even that is refused is the
 * whole table replaced, still in one transaction.
 */
export class NftablesProxier {
  readonly table: string;
  readonly #nft: Nft;
  readonly #log: Logger;
  /** What the kernel holds; undefined while unknown. */
  #applied: Ruleset | undefined;

  constructor(options: { table: string; nft: Nft; log: Logger }) {
    this.table = options.table;
    this.#nft = options.nft;
    this.#log = options.log;
  }

  /**
   * @returns how it was done
   * @throws LongshoreError when the kernel refuses the ruleset; the former rules stand then
   */
  async apply(ruleset: Ruleset): Promise<ApplyKind> {
    const former = this.#applied;
    if (former) {
      try {
        const changed = await this.#change(former, ruleset);
        this.#applied = ruleset;
        return changed ? 'incremental' : 'none';
      } catch (thrown) {
        this.#applied = undefined;
        this.#log.warn('the kernel refused a change, comparing the whole table', { table: this.table, error: thrown });
      }
    }
    const kind = await this.#applyFull(ruleset);
    this.#applied = ruleset;
    return kind;
  }

  /**
   * Lists the kernel's table and repairs what somebody else changed in it.
   * @returns how many steps the repair took
   */
  async verify(): Promise<number> {
    const ruleset = this.#applied;
    if (!ruleset) return 0;
    const changes = computeChanges(await this.#observe(), ruleset);
    if (changes !== 'replace' && changes.length === 0) return 0;
    this.#log.warn('the kernel table is not what was applied, repairing it', {
      table: this.table,
      steps: changes === 'replace' ? 'all' : changes.length,
    });
    this.#applied = undefined;
    await this.#applyFull(ruleset);
    this.#applied = ruleset;
    return changes === 'replace' ? 1 : changes.length;
  }

  async #applyFull(ruleset: Ruleset): Promise<ApplyKind> {
    try {
      if (await this.#change(await this.#observe(), ruleset)) return 'full';
      return 'none';
    } catch (thrown) {
      this.#log.warn('the kernel table cannot be repaired, replacing it', { table: this.table, error: thrown });
    }
    await this.#nft.apply(renderReplacement(this.table, ruleset));
    return 'replaced';
  }

  /** @returns whether there was anything to do */
  async #change(current: RulesetShape, ruleset: Ruleset): Promise<boolean> {
    const changes: Change[] | 'replace' = computeChanges(current, ruleset);
    if (changes === 'replace') await this.#nft.apply(renderReplacement(this.table, ruleset));
    else if (changes.length > 0) await this.#nft.apply(renderChanges(this.table, changes));
    return changes === 'replace' || changes.length > 0;
  }

  async #observe(): Promise<RulesetShape> {
    const listing = await this.#nft.list(this.table);
    return listing === undefined ? emptyRuleset : parseListing(listing);
  }
}
