import {
  type Chain,
  type ChainShape,
  type Hook,
  type NftSet,
  type Ruleset,
  type RulesetShape,
  type SetShape,
} from './ruleset.js';

/** One step of a transaction. The kernel takes all steps or none. */
export type Change =
  | { op: 'add-set'; name: string; set: NftSet }
  | { op: 'add-chain'; name: string; hook: Hook | undefined }
  | { op: 'flush-chain'; name: string }
  | { op: 'add-rules'; chain: string; rules: readonly string[]; fingerprints: readonly string[] }
  | { op: 'delete-elements'; set: string; elements: readonly (readonly [string, string])[] }
  | { op: 'add-elements'; set: string; elements: readonly (readonly [string, string])[] }
  | { op: 'delete-chain'; name: string }
  | { op: 'delete-set'; name: string; kind: 'set' | 'map' };

/**
 * The steps that make `current` into `desired`, in an order in which nothing ever refers to
 * what does not exist. Elements of dynamic sets are left alone: affinity survives.
 * @returns 'replace' when a set or base chain that stays would have to change its nature
 */
export function computeChanges(current: RulesetShape, desired: Ruleset): Change[] | 'replace' {
  for (const [name, chain] of desired.chains) if (!sameHook(current.chains.get(name), chain)) return 'replace';
  for (const [name, set] of desired.sets) if (!sameNature(current.sets.get(name), set)) return 'replace';

  const added: Change[] = [];
  const rewritten: Change[] = [];
  const removedElements: Change[] = [];
  const addedElements: Change[] = [];
  const removed: Change[] = [];

  for (const [name, set] of desired.sets) {
    const former = current.sets.get(name);
    if (!former)
      added.push({ op: 'add-set', name, set: { ...set, elements: set.elements === 'dynamic' ? 'dynamic' : new Map() } });
    const [gone, come] = changedElements(former, set);
    if (gone.length > 0) removedElements.push({ op: 'delete-elements', set: name, elements: gone });
    if (come.length > 0) addedElements.push({ op: 'add-elements', set: name, elements: come });
  }
  for (const [name, chain] of desired.chains) {
    const former = current.chains.get(name);
    if (!former) added.push({ op: 'add-chain', name, hook: chain.hook });
    rewritten.push(...rewriteChain(name, former, chain));
  }
  const goneChains = [...current.chains.keys()].filter((name) => !desired.chains.has(name));
  // Chains that go may refer to each other: all are emptied before the first is deleted.
  for (const name of goneChains) removed.push({ op: 'flush-chain', name });
  for (const name of goneChains) removed.push({ op: 'delete-chain', name });
  for (const [name, { kind }] of current.sets) if (!desired.sets.has(name)) removed.push({ op: 'delete-set', name, kind });
  return [...added, ...rewritten, ...removedElements, ...addedElements, ...removed];
}

function rewriteChain(name: string, former: ChainShape | undefined, chain: Chain): Change[] {
  if (former === chain || (former && sameList(former.fingerprints, chain.fingerprints))) return [];
  const changes: Change[] = former && former.fingerprints.length > 0 ? [{ op: 'flush-chain', name }] : [];
  if (chain.rules.length > 0)
    changes.push({ op: 'add-rules', chain: name, rules: chain.rules, fingerprints: chain.fingerprints });
  return changes;
}

function changedElements(former: SetShape | undefined, set: NftSet): [[string, string][], [string, string][]] {
  if (set.elements === 'dynamic') return [[], []];
  const before = former && former.elements !== 'dynamic' ? former.elements : new Map<string, string>();
  const after = set.elements;
  const gone = [...before].filter(([key, verdict]) => after.get(key) !== verdict);
  const come = [...after].filter(([key, verdict]) => before.get(key) !== verdict);
  return [gone, come];
}

function sameHook(former: ChainShape | undefined, chain: Chain): boolean {
  if (!former) return true;
  return (
    former.hook?.type === chain.hook?.type &&
    former.hook?.hook === chain.hook?.hook &&
    former.hook?.priority === chain.hook?.priority
  );
}

function sameNature(former: SetShape | undefined, set: NftSet): boolean {
  return !former || (former.kind === set.kind && (former.elements === 'dynamic') === (set.elements === 'dynamic'));
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
