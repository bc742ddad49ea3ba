import { type Command, Help } from 'commander';

import type { GuideEntry } from '../command-guide.js';
import { colorsFor } from './colors.js';

/** Longer command lines have what they do below them. */
const exampleWidth = 52;

/** Adds a summary, examples and related commands to a command's help. */
export function withGuide(command: Command, { summary, examples = [], related = [] }: GuideEntry): void {
  if (summary !== undefined) command.summary(summary);
  if (examples.length > 0 || related.length > 0) command.addHelpText('after', () => renderGuide(examples, related));
}

function renderGuide(examples: NonNullable<GuideEntry['examples']>, related: readonly string[]): string {
  const { bold, dim } = colorsFor(process.stdout);
  const width = Math.min(exampleWidth, Math.max(...examples.map(([line]) => line.length)));
  const lines = examples.flatMap(([line, does]) =>
    line.length > width ? [`  ${line}`, `  ${' '.repeat(width)}  ${dim(does)}`] : [`  ${line.padEnd(width)}  ${dim(does)}`],
  );
  return [
    ...(lines.length > 0 ? ['', bold('Examples:'), ...lines] : []),
    ...(related.length > 0 ? ['', `${bold('See also:')} ${related.map((name) => `longshore ${name}`).join(', ')}`] : []),
  ].join('\n');
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
