import { request } from 'node:http';

import { LongshoreError } from '../../lib/errors/errors.js';

export interface GuestbookEntry {
  text: string;
  at: string;
  by: string;
}

/** Writes an entry, then reads the book back. @throws LongshoreError when the entry is not in it */
export async function signGuestbook(url: string, text: string): Promise<GuestbookEntry> {
  const written = JSON.parse(await fetchText(`${url}/entries`, JSON.stringify({ text }))) as GuestbookEntry;
  const book = JSON.parse(await fetchText(`${url}/entries`)) as GuestbookEntry[];
  const found = book.find((entry) => entry.text === text && entry.at === written.at);
  if (!found) throw new LongshoreError('Internal', `the entry that ${written.by} took is not in the book`);
  return found;
}

function fetchText(url: string, body?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        method: body === undefined ? 'GET' : 'POST',
        agent: false,
        timeout: 5_000,
        headers: { 'content-type': 'application/json' },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () => {
          if ((response.statusCode ?? 500) < 300) resolve(text);
          else reject(new LongshoreError('Unavailable', `${url} answered ${response.statusCode ?? 0}: ${text.trim()}`));
        });
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${url} did not answer within 5 s`)));
    outgoing.on('error', (error) => {
      reject(LongshoreError.from(error, 'Unavailable'));
    });
    outgoing.end(body);
  });
}
