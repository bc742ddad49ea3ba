import { expect } from 'chai';
import fc from 'fast-check';
import { SortedMap } from './sorted-map.js';

const key = fc.string({ unit: fc.constantFrom('a', 'b', '/', 'é', '￿'), maxLength: 4 });

describe('SortedMap', () => {
  it('reads ranges as a sorted list of all its entries would', () => {
    const change = fc.record({ key, remove: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(key),
        fc.array(change),
        key,
        fc.option(key, { nil: undefined }),
        fc.nat(5),
        (initial, changes, prefix, after, limit) => {
          const model = new Map(initial.map((one) => [one, `${one}!`]));
          const map = new SortedMap(model);
          for (const { key: changed, remove } of changes) {
            if (remove) {
              map.delete(changed);
              model.delete(changed);
            } else {
              map.set(changed, 'new');
              model.set(changed, 'new');
            }
          }
          const range = [...model]
            .filter(([one]) => one.startsWith(prefix) && (after === undefined || one > after))
            .sort(([a], [b]) => (a < b ? -1 : 1));
          expect(map.size).to.equal(model.size);
          expect(map.page(prefix, after, limit)).to.deep.equal({
            values: range.slice(0, limit).map(([, value]) => value),
            remaining: Math.max(0, range.length - limit),
          });
        },
      ),
    );
  });
});
