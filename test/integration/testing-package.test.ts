import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { expect } from 'chai';

const run = promisify(execFile);
const checkout = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Tests that fail, as each runner's users write them. */
const failing: Record<string, { file: string; text: string; folder: string }> = {
  mocha: {
    folder: 'mocha',
    file: 'fails.test.js',
    text: `import { useCluster } from '@longshore/testing';
      describe('web', () => { useCluster({ runtime: 'fake', nodes: 1 }); it('fails', () => { throw new Error('boom'); }); });`,
  },
  vitest: {
    folder: 'vitest',
    file: 'fails.test.ts',
    text: `import { useCluster } from '@longshore/testing/vitest'; import { describe, it } from 'vitest';
      describe('web', () => { useCluster({ runtime: 'fake', nodes: 1 }); it('fails', () => { throw new Error('boom'); }); });`,
  },
  jest: {
    folder: 'jest',
    file: 'fails.test.js',
    text: `const { useCluster } = require('@longshore/testing');
      describe('web', () => { useCluster({ runtime: 'fake', nodes: 1 }); it('fails', () => { throw new Error('boom'); }); });`,
  },
  'node-test': {
    folder: 'node-test',
    file: 'fails.test.js',
    text: `import { describe, it } from 'node:test'; import { useCluster } from '@longshore/testing';
      describe('web', () => { useCluster({ runtime: 'fake', nodes: 1 }); it('fails', () => { throw new Error('boom'); }); });`,
  },
};

describe('@longshore/testing, installed from its tarball', function () {
  this.timeout(180_000);
  let folder = '';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longshore-testing-package-'));
    await cp(join(checkout, 'examples', 'testing'), folder, {
      recursive: true,
      filter: (source) => !source.startsWith(join(checkout, 'examples', 'testing', 'node_modules')),
    });
    const pack = run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: join(checkout, 'testing') });
    const quiet = ['--no-save', '--no-audit', '--no-fund', '--silent'];
    await run('npm', ['install', ...quiet], { cwd: folder });
    const archive = (await pack).stdout.trim().split('\n').at(-1) ?? '';
    await run('npm', ['install', ...quiet, join(folder, archive)], { cwd: folder });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const [runner, { folder: home, file, text }] of Object.entries(failing)) {
    it(`works in ${runner}`, async () => {
      await run('npm', ['run', '--silent', runner], { cwd: folder, env: cleanEnvironment() });
    });

    it(`keeps evidence of a test that fails in ${runner}, and names it`, async () => {
      await rm(join(folder, home, home === 'vitest' ? 'web.test.ts' : 'web.test.js'));
      await writeFile(join(folder, home, file), text);
      const failure = await run('npm', ['run', '--silent', runner], { cwd: folder, env: cleanEnvironment() }).then(
        () => expect.fail('the run passed'),
        (thrown: unknown) => thrown as { stdout: string; stderr: string },
      );
      const named = /evidence of "web[ >]+fails": (\S+)/.exec(failure.stdout + failure.stderr)?.[1] ?? '';
      expect(await readdir(named)).to.include.members(['events.txt', 'failure.txt', 'logs', 'objects']);
      expect(await readFile(join(named, 'failure.txt'), 'utf8')).to.contain('boom');
    });
  }

  it('has types for import and for require', async () => {
    const use = `
      export async function names(cluster: TestCluster): Promise<(string | undefined)[]> {
        const ns = await cluster.namespace();
        const pod = await ns.waitFor<coreV1.Pod>('pod/p', 'Ready');
        return [pod.spec.nodeName, (await ns.client.deployments.list()).items[0]?.metadata.name];
      }
      // @ts-expect-error: there is no such runtime
      export const wrong = useCluster({ runtime: 'podman' });`;
    const line = `import { type coreV1, type TestCluster, useCluster } from '@longshore/testing';`;
    await writeFile(join(folder, 'esm.mts'), line + use);
    await writeFile(join(folder, 'common.cts'), line + use);

    const tsc = join(checkout, 'node_modules', '.bin', 'tsc');
    const typeRoots = join(checkout, 'node_modules', '@types');
    const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--typeRoots', typeRoots, '--types', 'node'];
    const { stdout } = await run(tsc, [...flags, 'esm.mts', 'common.cts'], { cwd: folder }).catch((thrown: unknown) => {
      throw new Error((thrown as { stdout: string }).stdout);
    });
    expect(stdout).to.equal('');
  });
});

/** Without what this test's own runner has set: a runner inside of another is none of its workers. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, NODE_OPTIONS: undefined, NODE_TEST_CONTEXT: undefined };
}
