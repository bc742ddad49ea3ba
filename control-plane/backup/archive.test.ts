import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';

import { expect } from 'chai';
import { pack } from 'tar-stream';

import { isError } from '../../lib/errors/errors.js';
import { packArchive, unpackArchive } from './archive.js';

const about = { longshoreVersion: '0.1.0', clusterId: '0a1b2c3d', revision: 7, createdAt: '2026-11-28T04:00:00.000Z' };
const parts = new Map([
  ['store.jsonl', Buffer.from('{"revision":7}\n')],
  ['pki/ca.crt', Buffer.from('certificate')],
]);

/** An archive as somebody else might make it. */
async function archiveOf(files: Record<string, string>): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) tar.entry({ name }, content);
  tar.finalize();
  return gzipSync(await buffer(tar));
}

async function problemOf(archive: Buffer): Promise<string> {
  try {
    await unpackArchive(archive);
    return 'none';
  } catch (thrown) {
    if (!isError(thrown, 'InvalidArgument')) throw thrown;
    return thrown.message;
  }
}

describe('archive', () => {
  it('gives back what was packed, and says what it is', async () => {
    const { manifest, parts: unpacked } = await unpackArchive(await packArchive(about, parts));
    expect(manifest).to.deep.include({ format: 1, ...about });
    expect(unpacked).to.deep.equal(parts);
  });

  it('refuses a file of which any byte was changed or the end is missing', async () => {
    const archive = await packArchive(about, parts);
    expect(await problemOf(archive.subarray(0, archive.byteLength - 9))).to.contain('not a whole tar.gz');
    const changed = Buffer.from(archive);
    changed[archive.byteLength >> 1] = (archive[archive.byteLength >> 1] ?? 0) ^ 0x10;
    expect(await problemOf(changed)).not.to.equal('none');
    expect(await problemOf(Buffer.from('hello'))).to.contain('not a whole tar.gz');
  });

  const manifest = (fields: object): string => JSON.stringify({ format: 1, ...about, parts: [], ...fields });
  const part = (name: string): object => ({ name, bytes: 1, sha256: 'x' });
  const refused: [string, Record<string, string>, string][] = [
    ['another tar.gz file', { 'readme.txt': 'hi' }, 'it has no manifest.json'],
    ['a manifest that is none', { 'manifest.json': '{' }, 'not JSON'],
    ['a manifest that lacks a field', { 'manifest.json': manifest({ revision: undefined }) }, 'lacks fields'],
    ['the format of a newer version', { 'manifest.json': manifest({ format: 2 }) }, 'it has format 2'],
    ['a missing part', { 'manifest.json': manifest({ parts: [part('store.jsonl')] }) }, 'store.jsonl is missing'],
    [
      'a part that is not what was backed up',
      { 'manifest.json': manifest({ parts: [part('store.jsonl')] }), 'store.jsonl': 'y' },
      'store.jsonl is not what was backed up',
    ],
    [
      'a part that would lie elsewhere',
      { 'manifest.json': manifest({ parts: [part('pki/../../etc/cron.key')] }), 'pki/../../etc/cron.key': 'y' },
      'a part that no backup has',
    ],
  ];
  for (const [what, files, problem] of refused) {
    it(`refuses ${what}`, async () => {
      expect(await problemOf(await archiveOf(files))).to.contain(problem);
    });
  }
});
