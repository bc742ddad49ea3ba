import { expect } from 'chai';
import { Command, Option } from 'commander';

import { complete, renderCompletion } from './complete.js';

function program(): Command {
  const root = new Command('tool').option('--no-color', 'no colours');
  root
    .command('show <what...>')
    .description('show things')
    .addOption(new Option('-o, --output <format>', 'how').choices(['json', 'yaml']))
    .option('-n, --name <text>', 'a name');
  const token = root.command('token').description('tokens');
  token.command('create').description('make one').option('--ttl <time>', 'how long').option('--quiet', 'say less');
  token.command('list').description('show all');
  root.command('load <file>').description('load a file').option('-f, --from <folder>', 'where from');
  root.command('__hidden', { hidden: true });
  return root;
}

describe('complete', () => {
  const cases: [line: string, lines: string[]][] = [
    ['', ['show', 'token', 'load']],
    ['sh', ['show']],
    ['token ', ['create', 'list']],
    ['token create --t', ['--ttl']],
    ['token create --ttl ', []],
    ['token create --ttl 5m --q', ['--quiet']],
    ['show --', ['--output', '--name', '--no-color', '--help']],
    ['show -o ', ['json', 'yaml']],
    ['show thing -o y', ['yaml']],
    ['show --output=j', ['--output=json']],
    ['show --unknown=j', []],
    ['show -- --', []],
    ['show x --name token ', []],
  ];
  const signal = new AbortController().signal;
  for (const [line, expected] of cases) {
    it(`of "${line}"`, async () => {
      const completion = await complete(program(), line.split(' '), signal);
      expect(completion.type === 'words' && completion.candidates.map(({ text }) => text)).to.deep.equal(expected);
    });
  }

  it('leaves files to the shell', async () => {
    for (const line of ['load ', 'load -f ', 'load x --from=']) {
      expect(await complete(program(), line.split(' '), signal), line).to.deep.equal({ type: 'files' });
    }
  });

  it('is written for the scripts of shells', async () => {
    expect(renderCompletion(await complete(program(), ['token', 'c'], signal))).to.equal('words\ncreate\tmake one\n');
    expect(renderCompletion({ type: 'files' })).to.equal('files\n');
  });
});
