import { expect } from 'chai';

import { renderTable } from './table.js';

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
