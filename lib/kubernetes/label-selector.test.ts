import { expect } from 'chai';
import fc from 'fast-check';
import { LongshoreError } from '../errors/errors.js';
import {
  formatRequirements,
  labelSelectorRequirements,
  matchesLabelSelector,
  matchesRequirements,
  parseLabelSelector,
  type Requirement,
} from './label-selector.js';

const labels = { app: 'web', tier: 'front', 'example.com/size': '5', empty: '' };

const word = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/);
const requirement: fc.Arbitrary<Requirement> = fc.oneof(
  fc.record({
    key: word,
    operator: fc.constantFrom('In' as const, 'NotIn' as const),
    values: fc.uniqueArray(word, { minLength: 1, maxLength: 3 }).map((values) => values.sort()),
  }),
  fc.record({ key: word, operator: fc.constantFrom('Exists' as const, 'DoesNotExist' as const), values: fc.constant([]) }),
  fc.record({
    key: word,
    operator: fc.constantFrom('Gt' as const, 'Lt' as const),
    values: fc.integer({ min: 0 }).map((bound) => [String(bound)]),
  }),
);

describe('label selector', () => {
  for (const [text, matches] of [
    ['', true],
    ['  ', true],
    ['app=web', true],
    ['app==web', true],
    ['app = web , tier = front', true],
    ['app=web,tier=back', false],
    ['app!=web', false],
    ['missing!=web', true],
    ['app in (db, web)', true],
    ['app in (db)', false],
    ['app notin (db,cache)', true],
    ['missing notin (db)', true],
    ['app', true],
    ['missing', false],
    ['!missing', true],
    ['! app', false],
    ['empty=', true],
    ['empty in (,x)', true],
    ['app=', false],
    ['example.com/size>4', true],
    ['example.com/size<5', false],
    ['app>4', false],
    ['in=x', false],
    ['toString', false],
  ] as const) {
    it(`${matches ? 'selects' : 'leaves out'} by '${text}'`, () => {
      expect(matchesRequirements(parseLabelSelector(text), labels)).to.equal(matches);
    });
  }

  for (const [text, message] of [
    ['app=web,', /expected a label key/],
    [',', /expected a label key/],
    ['app in web', /expected '\('/],
    ['app in (web', /expected ',' or '\)'/],
    ['app web', /found 'web' at 4/],
    ['!', /expected a label key/],
    ['-app=web', /not a valid label key/],
    ['a/b/c=d', /not a valid label key/],
    ['app=we b', /expected ',' or the end/],
    ['app=-web', /not a valid label value/],
    ['app>x', /must be an integer/],
  ] as const) {
    it(`refuses '${text}'`, () => {
      expect(() => parseLabelSelector(text)).to.throw(LongshoreError, message);
    });
  }

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(fc.array(requirement, { maxLength: 4 }), (requirements) => {
        const text = formatRequirements(requirements);
        expect(formatRequirements(parseLabelSelector(text))).to.equal(text);
      }),
    );
  });

  it('matches an object as it matches its requirements', () => {
    const selector = {
      matchLabels: { app: 'web' },
      matchExpressions: [
        { key: 'tier', operator: 'In', values: ['front', 'edge'] },
        { key: 'missing', operator: 'DoesNotExist' },
      ],
    };
    expect(matchesLabelSelector(selector, labels)).to.equal(true);
    expect(matchesLabelSelector(selector, { ...labels, missing: 'x' })).to.equal(false);
    expect(formatRequirements(labelSelectorRequirements(selector))).to.equal('app=web,!missing,tier in (edge,front)');
    expect(matchesRequirements(labelSelectorRequirements(selector), labels)).to.equal(true);
  });

  it('selects nothing without a selector and everything with an empty one', () => {
    expect(matchesLabelSelector(undefined, labels)).to.equal(false);
    expect(matchesLabelSelector({}, undefined)).to.equal(true);
  });

  it('refuses an object with an unknown operator or missing values', () => {
    expect(() => labelSelectorRequirements({ matchExpressions: [{ key: 'a', operator: 'Near', values: ['b'] }] })).to.throw(/not a valid/);
    expect(() => labelSelectorRequirements({ matchExpressions: [{ key: 'a', operator: 'In', values: [] }] })).to.throw(/can't be empty/);
  });
});
