import { expect } from 'chai';
import fc from 'fast-check';

import { computeFaults, type NetworkNode, type RouteReport } from './compute-faults.js';

const node = (name: string, options: Partial<NetworkNode> = {}): NetworkNode => ({
  ...{ name, behindNat: false, marked: false, createdAtMs: 0 },
  ...options,
});
const faultsOf = (nodes: NetworkNode[], reports: Record<string, string[]>): Record<string, string[]> =>
  Object.fromEntries(
    computeFaults(
      nodes,
      Object.entries(reports).map(([nodeName, unreachableNodes]) => ({ nodeName, unreachableNodes })),
    ),
  );

describe('computeFaults', () => {
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name, index) => node(name, { createdAtMs: index })) as [
    NetworkNode,
    NetworkNode,
    NetworkNode,
    NetworkNode,
  ];

  it('finds no fault where every route is there', () => {
    expect(faultsOf([a, b, c], { a: [], b: [], c: [] })).to.deep.equal({});
  });

  it('blames the one that most others cannot reach, not those that it cannot reach', () => {
    expect(faultsOf([a, b, c], { a: ['b'], b: ['a', 'c'], c: ['b'] })).to.deep.equal({ b: ['a', 'c'] });
  });

  it('needs one side only to say so', () => {
    expect(faultsOf([a, b, c], { a: ['c'], b: ['c'] })).to.deep.equal({ c: ['a', 'b'] });
    expect(faultsOf([a, b, c], { c: ['a', 'b'] })).to.deep.equal({ c: ['a', 'b'] });
  });

  it('blames of two the one behind NAT, then the marked one, then the younger', () => {
    const reports = { a: ['b'], b: ['a'] };
    expect(faultsOf([node('a', { behindNat: true }), b], reports)).to.deep.equal({ a: ['b'] });
    expect(faultsOf([node('a', { marked: true }), b], reports)).to.deep.equal({ a: ['b'] });
    expect(faultsOf([a, b], reports)).to.deep.equal({ b: ['a'] });
  });

  it('keeps one of two segments whole', () => {
    const reports = { a: ['c', 'd'], b: ['c', 'd'], c: ['a', 'b'], d: ['a', 'b'] };
    expect(faultsOf([a, b, c, d], reports)).to.deep.equal({ c: ['a', 'b'], d: ['a', 'b'] });
  });

  it('does not care for nodes that are gone', () => {
    expect(faultsOf([a, b], { a: ['x'], x: ['a', 'b'] })).to.deep.equal({});
  });

  it('always leaves nodes that all reach each other, and marks nobody without a reason', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const reports = fc.array(
      fc.record({ nodeName: fc.constantFrom(...names), unreachableNodes: fc.uniqueArray(fc.constantFrom(...names)) }),
    );
    fc.assert(
      fc.property(reports, fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), (said, nat) => {
        const nodes = names.map((name, index) => node(name, { behindNat: nat[index] ?? false, createdAtMs: index }));
        const honest: RouteReport[] = said.map(({ nodeName, unreachableNodes }) => ({
          nodeName,
          unreachableNodes: unreachableNodes.filter((other) => other !== nodeName),
        }));
        const faults = computeFaults(nodes, honest);
        const left = names.filter((name) => !faults.has(name));
        expect(left).to.not.be.empty;
        for (const { nodeName, unreachableNodes } of honest) {
          if (left.includes(nodeName)) expect(unreachableNodes.filter((other) => left.includes(other))).to.deep.equal([]);
        }
        for (const [, others] of faults) expect(others).to.not.be.empty;
      }),
    );
  });
});
