import { expect } from 'chai';

import { renderAge, renderTable } from './table.js';

describe('renderTable', () => {
  it('aligns columns and leaves no blanks at the ends of lines', () => {
    expect(
      renderTable([
        ['A', 'LONGER'],
        ['value', 'x'],
      ]),
    ).to.equal('A      LONGER\nvalue  x');
  });
});

describe('renderAge', () => {
  const cases: [number, string][] = [
    [-5, '0s'],
    [119_000, '119s'],
    [200_000, '3m20s'],
    [1_200_000, '20m'],
    [5 * 3_600_000, '5h'],
    [72 * 3_600_000, '3d'],
  ];
  for (const [ms, expected] of cases) {
    it(`words ${ms} ms as ${expected}`, () => {
      expect(renderAge(ms)).to.equal(expected);
    });
  }
});
