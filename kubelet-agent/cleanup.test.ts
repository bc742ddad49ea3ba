import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { silentLogger as log } from '../lib/log/logger.js';
import { cleanup } from './cleanup.js';

describe('cleanup', () => {
  let stateDir: string;
  let did: string[];

  beforeEach(async () => {
    stateDir = join(await mkdtemp(join(tmpdir(), 'cleanup-')), 'state');
    did = [];
    await mkdir(join(stateDir, 'pki'), { recursive: true });
    await mkdir(join(stateDir, 'pods', 'uid'), { recursive: true });
    await writeFile(join(stateDir, 'pki', 'kubelet.key'), 'key');
    await writeFile(join(stateDir, 'cluster.json'), JSON.stringify({ clusterId: 'c1' }));
  });
  afterEach(() => rm(join(stateDir, '..'), { recursive: true }));

  const clean = (keepIdentity: boolean) =>
    cleanup({
      stateDir,
      clusterId: undefined,
      keepIdentity,
      createRuntime: (clusterId) =>
        Promise.resolve({ removeEverything: () => Promise.resolve(void did.push(`containers of ${clusterId}`)) }),
      mounts: {
        list: () => Promise.resolve(['/', join(stateDir, 'memory')]),
        mountTmpfs: () => Promise.resolve(),
        unmount: (point) => Promise.resolve(void did.push(`mount ${point}`)),
      },
      log,
    });

  it('removes containers, mounts and files', async () => {
    await clean(false);
    expect(did).to.deep.equal(['containers of c1', `mount ${join(stateDir, 'memory')}`]);
    expect(await readdir(join(stateDir, '..'))).to.deep.equal([]);
    await clean(false);
  });

  it('leaves key and certificate when it is asked to', async () => {
    await clean(true);
    expect(await readdir(stateDir, { recursive: true })).to.have.members(['pki', 'pki/kubelet.key']);
    await clean(true);
  });
});
