import type { Command, Option } from 'commander';

import { argumentSources, optionSources, type CandidateSource } from './candidate-sources.js';
import { parseWords, visibleOptions, type CompletionContext } from './parse-words.js';

export interface Candidate {
  text: string;
  description: string;
}

/** Words to choose from, or the shell's own completion of file names. */
export type Completion = { type: 'words'; candidates: Candidate[] } | { type: 'files' };

/** What may stand for the last of `words`; what the cluster has to be asked for is asked through `sources`. */
export async function complete(program: Command, words: readonly string[], signal: AbortSignal): Promise<Completion> {
  const context = parseWords(program, words);
  const { at, word } = context;
  if (at.type === 'nothing') return { type: 'words', candidates: [] };
  if (at.type === 'option') return chosen(context, optionCandidates(context.command));
  if (at.type === 'value') {
    const { argChoices, flags } = at.option;
    if (argChoices) return chosen(context, plain(argChoices));
    const source = optionSources[at.option.attributeName()];
    if (source) return chosen(context, await source(context, signal));
    return /<(file|folder|path|dir)>/.test(flags) ? { type: 'files' } : { type: 'words', candidates: [] };
  }
  const children = context.command.commands.filter((command) => !isHidden(command));
  if (context.args.length === 0 && children.length > 0) {
    return chosen(
      context,
      children.map((command) => ({ text: command.name(), description: command.description() })),
    );
  }
  const source: CandidateSource | undefined = argumentSources[context.path.join(' ')];
  if (source) return chosen(context, await source(context, signal));
  const argument = context.command.registeredArguments[context.args.length] ?? context.command.registeredArguments.at(-1);
  if (argument?.argChoices) return chosen(context, plain(argument.argChoices));
  const isFile = argument !== undefined && ['file', 'folder', 'path'].includes(argument.name()) && word !== '-';
  return isFile ? { type: 'files' } : { type: 'words', candidates: [] };
}

function chosen({ word, at }: CompletionContext, candidates: readonly Candidate[]): Completion {
  const prefix = at.type === 'value' ? at.prefix : '';
  const fitting = candidates.filter(({ text }) => text.startsWith(word));
  return { type: 'words', candidates: fitting.map(({ text, description }) => ({ text: prefix + text, description })) };
}

function plain(texts: readonly string[]): Candidate[] {
  return texts.map((text) => ({ text, description: '' }));
}

function optionCandidates(command: Command): Candidate[] {
  const flags = (option: Option): string[] => [option.long, option.short].filter((flag) => flag !== undefined);
  const options = visibleOptions(command).flatMap((option) =>
    flags(option).map((text) => ({ text, description: option.description })),
  );
  return [...options, { text: '--help', description: 'show help' }];
}

function isHidden(command: Command): boolean {
  return command.name().startsWith('__');
}

/** The lines that the shells' scripts read: what follows, then a candidate and its description a line. Pure. */
export function renderCompletion(completion: Completion): string {
  if (completion.type === 'files') return 'files\n';
  const lines = completion.candidates.map(({ text, description }) => `${text}\t${description.split('\n')[0] ?? ''}`);
  return ['words', ...lines].join('\n') + '\n';
}
