import { expect } from 'chai';
import type { Command } from 'commander';

import { commandGuide } from './command-guide.js';
import { createProgram } from './program.js';

/** The commands that do something, with their paths; groups of commands do not. */
function leaves(command: Command, path: string[] = []): { path: string; command: Command }[] {
  const visible = command.commands.filter((child) => !child.name().startsWith('__'));
  if (visible.length === 0) return [{ path: path.join(' '), command }];
  return visible.flatMap((child) => leaves(child, [...path, child.name()]));
}

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
  return text;
}

describe('longshore', () => {
  const program = createProgram();

  for (const { path, command } of leaves(program)) {
    describe(path, () => {
      it('says in one line what it does', () => {
        const line = command.summary() || command.description();
        expect(line).to.match(/\S/);
        expect(line.length, line).to.be.at.most(80);
      });

      it('shows how it is called', () => expect(helpOf(command)).to.contain(`\n  longshore ${path}`));

      it('describes every flag', () => {
        for (const option of command.options.filter(({ hidden }) => !hidden))
          expect(option.description, option.flags).to.match(/\S/);
      });
    });
  }

  it('guides to nothing that is not there', () => {
    const find = (path: string): Command | undefined =>
      path.split(' ').reduce<Command | undefined>((at, name) => at?.commands.find((child) => child.name() === name), program);
    for (const [path, { related = [] }] of Object.entries(commandGuide)) {
      for (const named of [path, ...related]) expect(find(named), `${path}: ${named}`).to.not.equal(undefined);
    }
  });

  it('shows its commands in groups, and what the exit codes mean', () => {
    const help = helpOf(program);
    for (const heading of ['Cluster on this machine:', 'Machines:', 'Lab:', 'Objects:', 'Help:', 'Exit codes:']) {
      expect(help).to.contain(`\n${heading}\n`);
    }
  });
});
