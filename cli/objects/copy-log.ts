import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/**
 * Copies a log until it ends or `signal` aborts; with a prefix line by line, so that several
 * may share `out`. A slow reader is waited for.
 */
export async function copyLog(
  log: Readable,
  out: NodeJS.WritableStream,
  prefix: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const chunk of prefix === undefined ? log : prefixedLines(log, prefix)) {
      if (!out.write(chunk as Buffer | string)) await new Promise((resolve) => out.once('drain', resolve));
    }
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
  }
}

async function* prefixedLines(log: Readable, prefix: string): AsyncGenerator<string, void, undefined> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of log) {
    const lines = (rest + decoder.write(chunk as Buffer)).split('\n');
    rest = lines.pop() ?? '';
    if (lines.length > 0) yield lines.map((line) => `${prefix}${line}\n`).join('');
  }
  if (rest !== '') yield `${prefix}${rest}\n`;
}
