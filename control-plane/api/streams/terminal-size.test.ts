import { expect } from 'chai';

import { parseTerminalSize } from './terminal-size.js';

describe('parseTerminalSize', () => {
  it('reads what clients send', () => {
    expect(parseTerminalSize('{"Width":132,"Height":43}')).to.deep.equal({ columns: 132, rows: 43 });
  });

  for (const text of [
    '',
    'null',
    '[]',
    '{"Width":80}',
    '{"Width":0,"Height":24}',
    '{"Width":80,"Height":70000}',
    '{"Width":"80","Height":24}',
  ]) {
    it(`takes ${text || 'nothing'} for no size`, () => {
      expect(parseTerminalSize(text)).to.equal(undefined);
    });
  }
});
