import { expect } from 'chai';
import { Command } from 'commander';

import { Setting } from './setting.js';

describe('Setting', () => {
  it('is taken from the environment, and from the command line before that', () => {
    const parse = (...args: string[]): unknown => {
      const command = new Command().addOption(new Setting('--data-dir <dir>', 'where').default('here'));
      return command.parse(args, { from: 'user' }).opts().dataDir;
    };
    expect(parse()).to.equal('here');
    process.env.LONGSHORE_DATA_DIR = 'there';
    try {
      expect(parse()).to.equal('there');
      expect(parse('--data-dir', 'elsewhere')).to.equal('elsewhere');
    } finally {
      delete process.env.LONGSHORE_DATA_DIR;
    }
  });
});
