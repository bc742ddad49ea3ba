import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { expect } from 'chai';

import { InstalledPackage } from '../support/installed-package.js';

const run = promisify(execFile);
const checkout = fileURLToPath(new URL('../..', import.meta.url));
const clusterDir = '/var/lib/longshore/test-package';

interface Lock {
  packages: Record<string, { version: string }>;
}

describe('the package that npm pack makes', function () {
  this.timeout(120_000);
  let installed: InstalledPackage;

  /** The installed command, in a mount namespace that has no checkout. */
  const longshore = async (...args: string[]): Promise<string> => {
    const script = `mount -t tmpfs none "${checkout}" && cd / && exec "${process.execPath}" "${installed.command}" "$@"`;
    return (await run('unshare', ['--mount', 'sh', '-c', script, 'longshore', ...args], { cwd: '/', timeout: 100_000 })).stdout;
  };

  before(async () => {
    installed = await InstalledPackage.pack();
    await installed.install();
  });
  after(async () => {
    await longshore('down', '--dir', clusterDir);
    await installed.remove();
  });

  it('holds programs and their data, and neither sources, tests nor maps', async () => {
    const { stdout } = await run('tar', ['tzf', installed.archive]);
    const files = stdout.trim().split('\n');
    expect(files).to.include.members(['package/bin/longshore.js', 'package/dist/cli/program.cjs', 'package/LICENSE']);
    expect(files.filter((file) => /\.(ts|map|cache|test\.\w+)$/.test(file))).to.deep.equal([]);
    expect((await readFile(installed.archive)).byteLength).to.be.lessThan(4_000_000);
  });

  it('brings nothing along but the native part of the store, in the version that was tested', async () => {
    const { packages } = JSON.parse(await readFile(join(checkout, 'package-lock.json'), 'utf8')) as Lock;
    const { stdout } = await run('npm', ['ls', '--global', '--prefix', installed.folder, '--all', '--parseable', '--long']);
    const brought = stdout
      .split('\n')
      .flatMap((line) => /longshore\/(node_modules\/.*?):.*@([^@:]+)/.exec(line)?.slice(1, 3) ?? []);
    const name = `node_modules/@lmdb/lmdb-linux-${process.arch}`;
    expect(brought).to.deep.equal([name, packages['node_modules/lmdb']?.version]);
  });

  it('runs without the checkout: a node gets Ready, doctor and backup work', async () => {
    const { version } = JSON.parse(await readFile(join(checkout, 'package.json'), 'utf8')) as { version: string };
    expect((await longshore('--version')).trim()).to.equal(version);
    const up = ['up', '--dir', clusterDir, '--nodes', '1', '--pod-net', '132', '--service-net', '182', '--port', '26400'];
    expect(await longshore(...up)).to.contain('export KUBECONFIG=');
    expect(await longshore('status', '--dir', clusterDir)).to.match(/node-1 .*Ready/);
    const file = join(installed.folder, 'backup.tar.gz');
    expect(await longshore('backup', file, '--data-dir', join(clusterDir, 'control-plane'))).to.contain('at revision');
    const doctor = JSON.parse(await longshore('doctor', '--role', 'server', '--output', 'json')) as { findings: object[] };
    expect(doctor.findings.length).to.be.greaterThan(5);
  });
});
