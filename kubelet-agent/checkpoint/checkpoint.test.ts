import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { silentLogger } from '../../lib/log/logger.js';
import { Checkpoint } from './checkpoint.js';

describe('Checkpoint', () => {
  let dir: string;
  const make = (): Checkpoint<number> =>
    new Checkpoint<number>({
      dir: join(dir, 'numbers'),
      suffix: '.json',
      encode: (value) => JSON.stringify(value),
      decode: (content) => JSON.parse(content.toString()) as number,
      log: silentLogger,
    });

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'checkpoint-'));
  });
  afterEach(async () => {
    await rm(dir, { recursive: true });
  });

  it('gives the next process the newest values', async () => {
    const checkpoint = make();
    expect(await checkpoint.load()).to.deep.equal(new Map());
    checkpoint.put('a', 1);
    checkpoint.put('a', 2);
    checkpoint.put('b', 3);
    checkpoint.delete('b');
    await checkpoint.flush();
    expect(await make().load()).to.deep.equal(new Map([['a', 2]]));
    expect(await readdir(join(dir, 'numbers'))).to.deep.equal(['a.json']);
    expect((await stat(join(dir, 'numbers', 'a.json'))).mode & 0o777).to.equal(0o600);
  });

  it('passes over a file that it cannot read', async () => {
    const checkpoint = make();
    checkpoint.put('a', 1);
    await checkpoint.flush();
    await writeFile(join(dir, 'numbers', 'b.json'), '{');
    expect(await checkpoint.load()).to.deep.equal(new Map([['a', 1]]));
  });
});
