/** Where text goes: what was asked for, and what is to be said about it. */
export interface Printer {
  out(text: string): void;
  note(text: string): void;
}

/** Prints lines to standard output, and notes about them to standard error. */
export const terminalPrinter: Printer = {
  out: (text) => void process.stdout.write(`${text}\n`),
  note: (text) => void process.stderr.write(`${text}\n`),
};
