import { expect } from 'chai';

import { renderOutput } from './output.js';

describe('renderOutput', () => {
  const value = { name: 'a', list: [{ count: 1 }], text: `${'long '.repeat(40)}end` };

  it('renders for people and for programs', () => {
    expect(renderOutput(value, 'text', ({ name }) => `it is ${name}`)).to.equal('it is a');
    expect(JSON.parse(renderOutput(value, 'json', String))).to.deep.equal(value);
    expect(renderOutput(value, 'yaml', String)).to.equal(`name: a\nlist:\n- count: 1\ntext: ${value.text}`);
  });
});
