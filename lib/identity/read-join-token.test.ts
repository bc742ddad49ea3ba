import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { systemClock } from '../clock/clock.js';
import { silentLogger } from '../log/logger.js';
import { readJoinToken } from './read-join-token.js';

describe('readJoinToken', () => {
  let dir: string;
  let tokenFile: string;
  const read = (options: { token?: string; tokenFile?: string; joined?: boolean }, signal = new AbortController().signal) =>
    readJoinToken(
      {
        token: options.token,
        tokenFile: options.tokenFile,
        hasJoined: async () => options.joined ?? false,
        clock: systemClock,
        log: silentLogger,
      },
      signal,
    );

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'longshore-token-'));
    tokenFile = join(dir, 'token');
  });

  afterEach(() => rm(dir, { recursive: true }));

  it('prefers the token itself, and reads the file without its line end', async () => {
    await writeFile(tokenFile, 'from-file\n');
    expect(await read({ token: 'given', tokenFile })).to.deep.equal({ token: 'given' });
    expect(await read({ tokenFile })).to.deep.equal({ token: 'from-file' });
  });

  it('is none without a token and a file, and for a joined agent whose file is gone', async () => {
    expect(await read({})).to.deep.equal({});
    expect(await read({ tokenFile, joined: true })).to.deep.equal({});
  });

  it('waits for the file of an agent that has not joined', async () => {
    const reading = read({ tokenFile });
    await writeFile(`${tokenFile}.new`, '');
    await writeFile(tokenFile, 'late');
    expect(await reading).to.deep.equal({ token: 'late' });
  });

  it('stops waiting when it is told to', async () => {
    const stop = new AbortController();
    const reading = read({ tokenFile }, stop.signal).catch((error: unknown) => error);
    stop.abort();
    expect(await reading).to.be.instanceOf(Error);
  });
});
