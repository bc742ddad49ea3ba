import { expect } from 'chai';

import { parseTargets, type Target } from './resource-arguments.js';

describe('parseTargets', () => {
  const cases: [words: string, targets: Target[]][] = [
    ['pods', [{ word: 'pods', names: [] }]],
    ['pods a b', [{ word: 'pods', names: ['a', 'b'] }]],
    [
      'pods,svc',
      [
        { word: 'pods', names: [] },
        { word: 'svc', names: [] },
      ],
    ],
    [
      'pods,svc a',
      [
        { word: 'pods', names: ['a'] },
        { word: 'svc', names: ['a'] },
      ],
    ],
    [
      'pod/a svc/b',
      [
        { word: 'pod', names: ['a'] },
        { word: 'svc', names: ['b'] },
      ],
    ],
  ];
  for (const [words, targets] of cases) {
    it(`reads ${words}`, () => expect(parseTargets(words.split(' '))).to.deep.equal(targets));
  }

  for (const words of ['pods pod/a', 'pod/a b', 'pod/', '/a', 'a/b/c', ',']) {
    it(`refuses ${words}`, () =>
      expect(() => parseTargets(words.split(' ')))
        .to.throw()
        .with.property('code', 'InvalidArgument'));
  }
});
