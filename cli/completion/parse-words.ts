import type { Command, Option } from 'commander';

/** What stands before the word that is being completed, and what that word may be. */
export interface CompletionContext {
  command: Command;
  /** Names from below the program to the command: ['token', 'create']. */
  path: string[];
  /** Arguments of the command before the word. */
  args: string[];
  /** Values of options before the word, by attribute: namespace, kubeconfig. */
  values: Record<string, string>;
  /** What is being completed; nothing more for words after `--`. */
  at:
    | { type: 'option' }
    /** `prefix` is what stands before the value in the same word: --output= */
    | { type: 'value'; option: Option; prefix: string }
    | { type: 'argument' }
    | { type: 'nothing' };
  /** The word so far, without the prefix of a value. */
  word: string;
}

/** Reads a command line up to the cursor; its last word, perhaps empty, is being completed. Pure. */
export function parseWords(program: Command, words: readonly string[]): CompletionContext {
  const before = words.slice(0, -1);
  const word = words.at(-1) ?? '';
  const context: CompletionContext = { command: program, path: [], args: [], values: {}, at: { type: 'argument' }, word };
  let pending: Option | undefined;
  for (const each of before) {
    if (pending) {
      context.values[pending.attributeName()] = each;
      pending = undefined;
    } else if (each === '--') {
      return { ...context, at: { type: 'nothing' } };
    } else if (each.startsWith('-') && each !== '-') {
      pending = takeOption(context, each);
    } else {
      takeArgument(context, each);
    }
  }
  if (pending) return { ...context, at: { type: 'value', option: pending, prefix: '' } };
  if (!word.startsWith('-')) return context;
  const equals = word.indexOf('=');
  if (equals === -1) return { ...context, at: { type: 'option' } };
  const option = findOption(context.command, word.slice(0, equals));
  if (!option) return { ...context, at: { type: 'nothing' } };
  return { ...context, at: { type: 'value', option, prefix: word.slice(0, equals + 1) }, word: word.slice(equals + 1) };
}

/** @returns the option whose value is the next word, if it takes one */
function takeOption(context: CompletionContext, word: string): Option | undefined {
  const equals = word.indexOf('=');
  const option = findOption(context.command, equals === -1 ? word : word.slice(0, equals));
  if (!option?.required) return undefined;
  if (equals === -1) return option;
  context.values[option.attributeName()] = word.slice(equals + 1);
  return undefined;
}

function takeArgument(context: CompletionContext, word: string): void {
  const child =
    context.args.length === 0
      ? context.command.commands.find((command) => command.name() === word || command.aliases().includes(word))
      : undefined;
  if (!child) {
    context.args.push(word);
    return;
  }
  context.command = child;
  context.path.push(child.name());
}

/** An option of the command, or of one above it. */
function findOption(command: Command, flag: string): Option | undefined {
  return visibleOptions(command).find((option) => option.long === flag || option.short === flag);
}

export function visibleOptions(command: Command): Option[] {
  const own = command.options.filter(({ hidden }) => !hidden);
  return command.parent ? [...own, ...visibleOptions(command.parent)] : own;
}
