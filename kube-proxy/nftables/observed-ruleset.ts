import { type ChainShape, type Hook, type RulesetShape, type SetShape } from './ruleset.js';

type Json = Record<string, unknown>;

/**
 * The shape of a table from the output of `nft -j list table`. A rule without a comment has
 * the fingerprint '', which no rule of ours has: it shows up as a difference.
 */
export function parseListing(listing: string): RulesetShape {
  const { nftables = [] } = JSON.parse(listing) as { nftables?: Json[] };
  const chains = new Map<string, ChainShape & { fingerprints: string[] }>();
  const sets = new Map<string, SetShape>();
  for (const item of nftables) {
    const [kind, body] = Object.entries(item)[0] as [string, Json];
    const name = body.name as string;
    if (kind === 'chain') chains.set(name, { ...parseHook(body), fingerprints: [] });
    else if (kind === 'set' || kind === 'map') sets.set(name, { kind, elements: parseElements(body) });
    else if (kind === 'rule') chains.get(body.chain as string)?.fingerprints.push((body.comment as string | undefined) ?? '');
  }
  return { chains, sets };
}

function parseHook(chain: Json): { hook?: Hook } {
  if (chain.hook === undefined) return {};
  return {
    hook: { type: chain.type as Hook['type'], hook: chain.hook as Hook['hook'], priority: Number(chain.prio) },
  };
}

function parseElements(set: Json): ReadonlyMap<string, string> | 'dynamic' {
  const flags = [set.flags ?? []].flat();
  if (flags.includes('timeout') || flags.includes('dynamic')) return 'dynamic';
  const elements = (set.elem ?? []) as unknown[];
  return new Map(elements.map((element) => (set.map === undefined ? [keyOf(element), ''] : entryOf(element as unknown[]))));
}

function entryOf([key, verdict]: unknown[]): [string, string] {
  return [keyOf(key), verdictOf(verdict as Json)];
}

/** `"tcp"`, `{ "concat": ["10.96.0.1", "tcp", 80] }`, or either inside `{ "elem": { "val": … } }`. */
function keyOf(element: unknown): string {
  if (typeof element !== 'object' || element === null) return String(element);
  if ('elem' in element) return keyOf((element.elem as Json).val);
  if ('concat' in element) return (element.concat as unknown[]).map(keyOf).join(' . ');
  return JSON.stringify(element);
}

function verdictOf(verdict: Json): string {
  const [word, body] = Object.entries(verdict)[0] as [string, Json | null];
  return body === null ? word : `${word} ${body.target as string}`;
}
