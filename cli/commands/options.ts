import { type Command, InvalidArgumentError } from 'commander';

import { defaultDir } from '../../lib/local-cluster/layout.js';

/** Options of every command that works on a local cluster. */
export interface DirOption {
  dir: string;
}

export function withDir(command: Command): Command {
  return command.option('--dir <folder>', "the cluster's folder (also LONGSHORE_DIR)", defaultDir(process.env));
}

/** A parser for whole numbers between two bounds, both allowed. */
export function integer(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(`say a whole number from ${least} to ${most}`);
    return value;
  };
}
