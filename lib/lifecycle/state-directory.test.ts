import { execFile } from 'node:child_process';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect } from 'chai';

import { isError } from '../errors/errors.js';
import { claimStateDirectory } from './state-directory.js';

const program = new URL('./state-directory.ts', import.meta.url).href;

describe('claimStateDirectory', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'longshore-claim-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const refusalOf = (path: string): Promise<unknown> => claimStateDirectory(path).catch((thrown: unknown) => thrown);

  it('gives a directory to one process, by whatever path', async () => {
    const path = join(dir, 'agent');
    await claimStateDirectory(path);
    const moved = join(dir, 'moved');
    await rename(path, moved);
    const refusal = await refusalOf(moved);
    expect(isError(refusal, 'Conflict')).to.equal(true);
    expect((refusal as Error).message).to.equal(
      `another process works in ${moved}: stop it first, or give this one a --state-dir of its own`,
    );
    expect(await refusalOf(path)).to.equal(undefined);
  });

  it('is free again when the process was killed', async () => {
    const claimAndDie = `const { claimStateDirectory } = await import(${JSON.stringify(program)});
      await claimStateDirectory(${JSON.stringify(dir)}); process.kill(process.pid, 'SIGKILL');`;
    const node = promisify(execFile)(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', claimAndDie]);
    const { signal } = await node.then(
      () => ({ signal: undefined }),
      (thrown: unknown) => thrown as { signal: string },
    );
    expect(signal).to.equal('SIGKILL');
    expect(await refusalOf(dir)).to.equal(undefined);
  });
});
