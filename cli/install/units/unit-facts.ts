/** What the unit files depend on. */
export interface UnitFacts {
  /** Absolute path of the node binary. */
  readonly node: string;
  /** Absolute path of bin/longshore.js. */
  readonly longshore: string;
  /** Whether either lies in a home directory, which a unit that hides those could not read. */
  readonly inHome: boolean;
}

/** A command line of a unit file: every word quoted where systemd would split or expand it. */
export function execStart(words: readonly string[]): string {
  return words.map(quoted).join(' ');
}

/** systemd.service(5), "Command lines": % and $ are doubled, blanks and quotes need quotes. */
function quoted(word: string): string {
  const text = word.replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /[\s"'\\;]/.test(text) ? `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"` : text;
}
