import { computeChanges, type Change } from './changes.js';
import { emptyRuleset, type Ruleset } from './ruleset.js';

/** Elements in one command: long lines make nft slow. */
const elementsPerCommand = 200;

/** The text of one transaction for `nft -f -` that applies `changes` to `table`. */
export function renderChanges(table: string, changes: readonly Change[]): string {
  const lines = [`add table ip ${table}`];
  for (const change of changes) lines.push(...renderChange(`ip ${table}`, change));
  return `${lines.join('\n')}\n`;
}

/**
 * The text of one transaction that makes `table` exactly `ruleset`, whatever it was: at no
 * moment is the kernel without rules. What the kernel had learned (affinity) is forgotten.
 */
export function renderReplacement(table: string, ruleset: Ruleset): string {
  const changes = computeChanges(emptyRuleset, ruleset);
  if (changes === 'replace') throw new Error('an empty table can become any other');
  // nft 1.0.6 has no `destroy`: deleting is safe only after adding.
  return `add table ip ${table}\ndelete table ip ${table}\n${renderChanges(table, changes)}`;
}

/** The text of one transaction after which `table` does not exist. */
export function renderRemoval(table: string): string {
  return `add table ip ${table}\ndelete table ip ${table}\n`;
}

function renderChange(table: string, change: Change): string[] {
  switch (change.op) {
    case 'add-set':
      return [`add ${change.set.kind} ${table} ${change.name} { ${change.set.definition}; }`];
    case 'add-chain':
      return [`add chain ${table} ${change.name}${change.hook ? ` { ${renderHook(change.hook)} }` : ''}`];
    case 'flush-chain':
      return [`flush chain ${table} ${change.name}`];
    case 'add-rules':
      return change.rules.map(
        (rule, index) => `add rule ${table} ${change.chain} ${rule} comment "${change.fingerprints[index] ?? ''}"`,
      );
    case 'delete-elements':
      return renderElements(`delete element ${table} ${change.set}`, change.elements);
    case 'add-elements':
      return renderElements(`add element ${table} ${change.set}`, change.elements);
    case 'delete-chain':
      return [`delete chain ${table} ${change.name}`];
    case 'delete-set':
      return [`delete ${change.kind} ${table} ${change.name}`];
  }
}

function renderHook(hook: { type: string; hook: string; priority: number }): string {
  return `type ${hook.type} hook ${hook.hook} priority ${hook.priority}; policy accept;`;
}

function renderElements(command: string, elements: readonly (readonly [string, string])[]): string[] {
  const lines: string[] = [];
  for (let start = 0; start < elements.length; start += elementsPerCommand) {
    const chunk = elements.slice(start, start + elementsPerCommand);
    lines.push(`${command} { ${chunk.map(([key, verdict]) => (verdict === '' ? key : `${key} : ${verdict}`)).join(', ')} }`);
  }
  return lines;
}
