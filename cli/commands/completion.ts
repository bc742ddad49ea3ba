import { Argument, type Command } from 'commander';

import { complete, renderCompletion, type Completion } from '../completion/complete.js';
import { completionScripts, type Shell } from '../completion/scripts.js';

/** A shell does not wait longer for the cluster's answer. */
const answerMs = 2_000;

/** completion, and what its scripts ask. */
export function addCompletionCommands(program: Command): void {
  program
    .command('completion')
    .description('print the completion script of a shell: commands, flags, kinds, namespaces, names')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(completionScripts)))
    .action((shell: Shell) => {
      process.stdout.write(completionScripts[shell]);
    });
  program
    .command('__complete [words...]', { hidden: true })
    .description('candidates for the last word, for the scripts of completion')
    .action(async (words: string[]) => {
      process.stdout.write(renderCompletion(await answer(program, words)));
    });
}

/** Whoever completes wants no errors: without a cluster there are no names. */
async function answer(program: Command, words: readonly string[]): Promise<Completion> {
  try {
    return await complete(program, words, AbortSignal.timeout(answerMs));
  } catch {
    // No kubeconfig, no server, no such kind: nothing to offer.
    return { type: 'words', candidates: [] };
  }
}
