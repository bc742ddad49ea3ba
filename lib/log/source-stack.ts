import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { dirname, join } from 'node:path';

const frame = /\(?(?:file:\/\/)?(\/[^():]+\/program\.cjs):(\d+):(\d+)\)?/g;
const maps = new Map<string, SourceMap | undefined>();

/**
 * An error's stack with places in a bundle replaced by those in its sources. A source map is
 * read when the first error asks for it: at a program's start it would cost more than all else.
 */
export function sourceStack(stack: string | undefined): string | undefined {
  return stack?.replace(frame, (found, file: string, line: string, column: string) => {
    const entry = mapOf(file)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (!entry || !('originalSource' in entry)) return found;
    return `(${join(dirname(file), entry.originalSource)}:${entry.originalLine + 1}:${entry.originalColumn + 1})`;
  });
}

function mapOf(file: string): SourceMap | undefined {
  if (!maps.has(file)) {
    try {
      maps.set(file, new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')) as SourceMapPayload));
    } catch {
      // Installed without its maps: the bundle's own places are shown.
      maps.set(file, undefined);
    }
  }
  return maps.get(file);
}
