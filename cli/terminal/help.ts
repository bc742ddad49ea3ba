import { type Command, Help } from 'commander';

import { colorsFor } from './colors.js';

/** What stands at the end of a command's help. */
export interface HelpEnd {
  /** A command line and what it does. */
  examples: readonly [command: string, does: string][];
  /** Commands to know beside this one. */
  related?: readonly string[];
}

/** Adds examples and related commands to the end of a command's help. */
export function withHelpEnd(command: Command, { examples, related = [] }: HelpEnd): Command {
  return command.addHelpText('after', () => {
    const colors = colorsFor(process.stdout);
    const width = Math.min(52, Math.max(...examples.map(([line]) => line.length)));
    const lines = examples.map(([line, does]) =>
      line.length > width
        ? `  ${line}\n  ${' '.repeat(width)}  ${colors.dim(does)}`
        : `  ${line.padEnd(width)}  ${colors.dim(does)}`,
    );
    const see =
      related.length === 0 ? [] : ['', `${colors.bold('See also:')} ${related.map((name) => `longshore ${name}`).join(', ')}`];
    return ['', colors.bold('Examples:'), ...lines, ...see].join('\n');
  });
}

/** How every command's help looks. */
export function helpStyle(): Partial<Help> {
  const colors = colorsFor(process.stdout);
  const plain = new Help();
  return {
    showGlobalOptions: true,
    // What a command takes is in its own help; that flags are off goes without saying.
    subcommandTerm: (command) => command.name(),
    optionDescription: (option) => plain.optionDescription(option).replace(/ ?\(default: false\)/, ''),
    styleTitle: (text) => colors.bold(text),
    styleSubcommandText: (text) => colors.cyan(text),
    styleOptionText: (text) => colors.cyan(text),
  };
}
