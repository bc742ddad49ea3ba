import { expect } from 'chai';

import { collectValues, parseDuration, parsePort, parseWholeNumber } from './options.js';

describe('command-line options', () => {
  it('gathers what is repeated or separated by commas', () => {
    const collect = collectValues();
    collect('a, b');
    expect(collect('c')).to.deep.equal(['a', 'b', 'c']);
  });

  const refused: [string, (value: string) => number, string[]][] = [
    ['port', parsePort, ['-1', '65536', 'http', '1.5']],
    ['whole number', parseWholeNumber, ['0', '-2', '1.5', 'many']],
    ['duration', parseDuration, ['0s', '5', 'm', '1w', '1h30m']],
  ];
  for (const [name, parse, values] of refused) {
    it(`refuses what is no ${name}`, () => {
      for (const value of values) expect(() => parse(value), value).to.throw();
    });
  }

  it('reads durations', () => {
    expect(['90s', '30m', '24h', '7d'].map(parseDuration)).to.deep.equal([90_000, 1_800_000, 86_400_000, 604_800_000]);
  });
});
