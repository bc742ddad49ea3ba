import { expect } from 'chai';

import { humanDuration } from './human-duration.js';

describe('humanDuration', () => {
  const table: [number, string][] = [
    [0, '0s'],
    [119_000, '119s'],
    [125_000, '2m5s'],
    [3_600_000, '60m'],
    [4 * 3_600_000 + 120_000, '4h2m'],
    [50 * 3_600_000, '2d2h'],
    [400 * 86_400_000, '400d'],
    [800 * 86_400_000, '2y70d'],
    [-5_000, '<invalid>'],
  ];
  for (const [ms, text] of table) it(`writes ${ms} ms as ${text}`, () => expect(humanDuration(ms)).to.equal(text));
});
