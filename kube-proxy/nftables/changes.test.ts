import { expect } from 'chai';
import fc from 'fast-check';

import { arbitraryRoutingTable } from '../../test/support/arbitrary-routing-tables.js';
import { makeTable } from '../../test/support/routing-tables.js';
import { type RoutingTable } from '../routes/routing-table.js';
import { computeChanges, type Change } from './changes.js';
import { renderContext } from './render-context.js';
import { RulesetRenderer } from './ruleset-renderer.js';
import { emptyRuleset, makeChain, type Ruleset } from './ruleset.js';

/** A table that is as strict as the kernel about what exists and what refers to what. */
class TableModel {
  readonly chains = new Map<string, string[]>();
  readonly sets = new Map<string, Map<string, string>>();

  apply(changes: readonly Change[]): void {
    for (const change of changes) this.#apply(change);
  }

  #apply(change: Change): void {
    switch (change.op) {
      case 'add-set':
        expect(this.sets.has(change.name), `${change.name} exists`).to.equal(false);
        this.sets.set(change.name, new Map());
        return;
      case 'add-chain':
        expect(this.chains.has(change.name), `${change.name} exists`).to.equal(false);
        this.chains.set(change.name, []);
        return;
      case 'flush-chain':
        this.#chain(change.name).length = 0;
        return;
      case 'add-rules':
        for (const rule of change.rules) this.#checkReferences(rule);
        this.#chain(change.chain).push(...change.rules);
        return;
      case 'delete-elements':
        for (const [key, verdict] of change.elements) {
          expect(this.#set(change.set).get(key)).to.equal(verdict);
          this.#set(change.set).delete(key);
        }
        return;
      case 'add-elements':
        for (const [key, verdict] of change.elements) {
          expect(this.#set(change.set).has(key), `${key} exists`).to.equal(false);
          this.#checkReferences(verdict);
          this.#set(change.set).set(key, verdict);
        }
        return;
      case 'delete-chain':
        expect(this.#chain(change.name)).to.deep.equal([]);
        this.chains.delete(change.name);
        this.#expectUnused(change.name);
        return;
      case 'delete-set':
        expect(this.sets.delete(change.name)).to.equal(true);
        this.#expectUnused(change.name);
    }
  }

  #chain(name: string): string[] {
    return this.chains.get(name) ?? expect.fail(`no chain ${name}`);
  }

  #set(name: string): Map<string, string> {
    return this.sets.get(name) ?? expect.fail(`no set ${name}`);
  }

  #checkReferences(text: string): void {
    for (const [, name = ''] of text.matchAll(/goto (\S+?)(?:,|\s|$)/g)) this.#chain(name);
    for (const [, name = ''] of text.matchAll(/@(\S+)/g)) this.#set(name);
  }

  #expectUnused(name: string): void {
    const rules = [...this.chains.values()].flat();
    const verdicts = [...this.sets.values()].flatMap((set) => [...set.values()]);
    const words = [...rules, ...verdicts].flatMap((text) => text.split(/[ ,]+/));
    expect(words.includes(name) || words.includes(`@${name}`), `${name} is used`).to.equal(false);
  }
}

function rulesetOf(table: RoutingTable, renderer = new RulesetRenderer()): Ruleset {
  return renderer.render(
    table,
    renderContext(table, { nodeName: 'n1', sharedHost: false, bridgeFiltered: true, findsSockets: true })!,
  );
}

describe('computeChanges', () => {
  it('is empty between equal rulesets', () => {
    expect(computeChanges(rulesetOf(makeTable([])), rulesetOf(makeTable([])))).to.deep.equal([]);
  });

  it('leads step by step to what a full render of the last table says', () => {
    fc.assert(
      fc.property(fc.array(arbitraryRoutingTable, { minLength: 1, maxLength: 5 }), (tables) => {
        const renderer = new RulesetRenderer();
        const model = new TableModel();
        let current: Ruleset = emptyRuleset;
        for (const table of tables) {
          const desired = rulesetOf(table, renderer);
          model.apply(computeChanges(current, desired) as Change[]);
          current = desired;
        }
        const full = rulesetOf(tables.at(-1)!);
        const chains = [...full.chains].map(([name, chain]) => [name, [...chain.rules]]);
        expect(new Map(model.chains)).to.deep.equal(new Map(chains as [string, string[]][]));
        for (const [name, set] of full.sets) {
          expect(model.sets.get(name)).to.deep.equal(set.elements === 'dynamic' ? new Map() : set.elements);
        }
        expect(model.sets.size).to.equal(full.sets.size);
      }),
      { numRuns: 100 },
    );
  });

  it('asks for a replacement when a base chain would have to move', () => {
    const hook = { type: 'filter', hook: 'input', priority: 0 } as const;
    const current: Ruleset = { ...emptyRuleset, chains: new Map([['c', makeChain([], hook)]]) };
    const desired: Ruleset = { ...emptyRuleset, chains: new Map([['c', makeChain([], { ...hook, priority: 1 })]]) };
    expect(computeChanges(current, desired)).to.equal('replace');
  });
});
