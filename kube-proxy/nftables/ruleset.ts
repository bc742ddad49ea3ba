import { createHash } from 'node:crypto';

/** Where a base chain hooks into the kernel. */
export interface Hook {
  type: 'nat' | 'filter';
  hook: 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';
  /** A lower one sees the packet earlier. -100 is dstnat, 0 filter, 100 srcnat. */
  priority: number;
}

/**
 * A chain as it can be read back from any version of nft: the wording of a rule changes on
 * the way through the kernel, its comment does not, so every rule carries the fingerprint of
 * its text as comment.
 */
export interface ChainShape {
  readonly hook?: Hook;
  readonly fingerprints: readonly string[];
}

/** A set or map; elements that the kernel itself adds (affinity) or that expire (lease) are `dynamic`. */
export interface SetShape {
  readonly kind: 'set' | 'map';
  /** Element key in nft's words to verdict; the verdict of a plain set's element is empty. */
  readonly elements: ReadonlyMap<string, string> | 'dynamic';
}

/** What a table is made of, as wanted or as read from the kernel. */
export interface RulesetShape {
  readonly chains: ReadonlyMap<string, ChainShape>;
  readonly sets: ReadonlyMap<string, SetShape>;
}

export interface Chain extends ChainShape {
  /** nft rules without comments, one for each fingerprint. */
  readonly rules: readonly string[];
}

export interface NftSet extends SetShape {
  /** nft's type, and flags and timeout if any: `type ipv4_addr; flags timeout`. */
  readonly definition: string;
}

/** A whole table as wanted. */
export interface Ruleset extends RulesetShape {
  readonly chains: ReadonlyMap<string, Chain>;
  readonly sets: ReadonlyMap<string, NftSet>;
}

export const emptyRuleset: Ruleset = { chains: new Map(), sets: new Map() };

export function makeChain(rules: readonly string[], hook?: Hook): Chain {
  return { rules, fingerprints: rules.map(fingerprint), ...(hook ? { hook } : {}) };
}

function fingerprint(rule: string): string {
  return createHash('sha1').update(rule).digest('hex').slice(0, 8);
}
