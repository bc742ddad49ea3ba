import { type Command, Option } from 'commander';
import { stringify } from 'yaml';

/** How a command shows what it has found: for people, or for programs. */
export type OutputFormat = 'text' | 'json' | 'yaml';

export interface OutputOption {
  output: OutputFormat;
}

/** Adds `-o, --output json|yaml` to a command that shows something. */
export function withOutput(command: Command): Command {
  return command.addOption(
    new Option('-o, --output <format>', 'text for people, json or yaml for programs')
      .choices(['text', 'json', 'yaml'])
      .default('text'),
  );
}

/** `value` as JSON or YAML, or else the text that `renderText` makes of it; without a newline at the end. */
export function renderOutput<T>(value: T, format: OutputFormat, renderText: (value: T) => string): string {
  switch (format) {
    case 'json':
      return JSON.stringify(value, null, 2);
    case 'yaml':
      return renderYaml(value);
    case 'text':
      return renderText(value);
  }
}

/**
 * YAML as kubectl writes it: long lines stay whole, lists are not indented, and text that older
 * readers take for a time or a truth is quoted. Without a newline at the end.
 */
export function renderYaml(value: unknown): string {
  return stringify(value, { version: '1.1', lineWidth: 0, indentSeq: false, aliasDuplicateObjects: false }).trimEnd();
}

/** Prints {@link renderOutput} to standard output. */
export function printOutput<T>(value: T, { output }: OutputOption, renderText: (value: T) => string): void {
  process.stdout.write(`${renderOutput(value, output, renderText)}\n`);
}
