import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { expect } from 'chai';

import { findAccess } from './find-access.js';

describe('findAccess', () => {
  let dir: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'longshore-access-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  async function kubeconfig(path: string): Promise<string> {
    const file = join(dir, path);
    await mkdir(dirname(file), { recursive: true });
    const name = path.replaceAll(/\W/g, '-');
    await writeFile(
      file,
      `current-context: a\ncontexts: [{ name: a, context: { cluster: a } }]\nclusters: [{ name: a, cluster: { server: 'https://${name}' } }]\n`,
    );
    return file;
  }

  it('takes the first of the places that is there', async () => {
    const env = { HOME: dir, LONGSHORE_DIR: join(dir, 'local') };
    await kubeconfig('local/control-plane/admin.kubeconfig');
    expect((await findAccess({}, env)).server).to.equal('https://local-control-plane-admin-kubeconfig');
    await kubeconfig('.kube/config');
    expect((await findAccess({}, env)).server).to.equal('https://-kube-config');
    const other = await kubeconfig('other');
    expect((await findAccess({}, { ...env, KUBECONFIG: `${join(dir, 'absent')}:${other}` })).server).to.equal('https://other');
    const given = await kubeconfig('given');
    expect((await findAccess({ kubeconfig: given }, { ...env, KUBECONFIG: other })).server).to.equal('https://given');
  });

  it('does not look elsewhere than KUBECONFIG says', async () => {
    await kubeconfig('.kube/config');
    const thrown = await findAccess({}, { HOME: dir, KUBECONFIG: join(dir, 'absent') }).catch((error: unknown) => error);
    expect(thrown).to.include({ code: 'NotFound', message: `KUBECONFIG names no file that exists: ${join(dir, 'absent')}` });
  });
});
