import type { Printer } from '../objects/get.js';

/** Prints lines to standard output, and notes about them to standard error. */
export const terminalPrinter: Printer = {
  out: (text) => void process.stdout.write(`${text}\n`),
  note: (text) => void process.stderr.write(`${text}\n`),
};
