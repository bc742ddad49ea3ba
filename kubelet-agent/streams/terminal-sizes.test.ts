import { expect } from 'chai';

import { TerminalSizes } from './terminal-sizes.js';

describe('TerminalSizes', () => {
  it('sets one size at a time, and of those that come meanwhile the newest', async () => {
    const set: string[] = [];
    let release: () => void = () => undefined;
    const sizes = new TerminalSizes({
      resize: (columns, rows) => {
        set.push(`${columns}x${rows}`);
        return new Promise((resolve) => (release = resolve));
      },
    });
    for (const columns of [80, 90, 100]) sizes.set(columns, 24);
    expect(set).to.deep.equal(['80x24']);
    release();
    await new Promise((resolve) => setImmediate(resolve));
    expect(set).to.deep.equal(['80x24', '100x24']);
  });

  it('goes on when a size could not be set', async () => {
    const set: number[] = [];
    const sizes = new TerminalSizes({
      resize: async (columns) => {
        set.push(columns);
        if (columns === 80) throw new Error('no answer');
      },
    });
    sizes.set(80, 24);
    await new Promise((resolve) => setImmediate(resolve));
    sizes.set(90, 24);
    expect(set).to.deep.equal([80, 90]);
  });
});
