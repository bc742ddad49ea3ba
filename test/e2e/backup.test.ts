import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect } from 'chai';

import type { Node, Pod } from '../../lib/kubernetes/types/core-v1.js';
import { readProcessTable } from '../../lib/local-cluster/process-table.js';
import { makeWeb } from '../support/apps.js';
import { HttpLoad } from '../support/http-load.js';
import { eventually, LocalCluster } from '../support/local-cluster.js';

const run = promisify(execFile);
const longshore = new URL('../../bin/longshore.js', import.meta.url).pathname;

interface List<T> {
  items: T[];
}

describe('A cluster that goes back to a backup', function () {
  const cluster = new LocalCluster({ name: 'backup', net: 31, nodes: 2 });
  let folder = '';
  let file = '';

  const pods = (app: string): Promise<List<Pod>> => cluster.getJson('pods', '-l', `app=${app}`);
  /** The resourceVersion that a client which lists now goes on from. */
  const newestVersion = async (): Promise<number> => {
    const list = await cluster.kubectl('get', '--raw', '/api/v1/pods?limit=1');
    return Number((JSON.parse(list) as { metadata: { resourceVersion: string } }).metadata.resourceVersion);
  };
  /** Container ids and restart counts, by pod. */
  const containersOf = async (app: string): Promise<string[]> =>
    (await pods(app)).items.flatMap(({ metadata, status }) =>
      (status?.containerStatuses ?? []).map((one) => `${metadata.name} ${one.containerID ?? ''} ${one.restartCount}`),
    );
  const ids = async (app: string): Promise<string[]> =>
    (await pods(app)).items.flatMap(({ status }) =>
      (status?.containerStatuses ?? []).map(({ containerID = '' }) => containerID.replace('docker://', '')),
    );
  const runs = async (containerIds: readonly string[]): Promise<boolean> => {
    const { stdout } = await run('docker', ['ps', '--all', '--quiet', '--no-trunc']);
    return containerIds.some((id) => stdout.includes(id));
  };
  const apply = async (name: string, replicas: number, nodePort?: number): Promise<void> => {
    await cluster.apply(...makeWeb({ name, replicas, ...(nodePort !== undefined && { nodePort }) }));
    await cluster.kubectl('rollout', 'status', `deployment/${name}`, '--timeout=60s');
  };
  const command = (...args: string[]): Promise<{ stdout: string }> =>
    run(process.execPath, [longshore, ...args, '--data-dir', cluster.layout.controlPlane]);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longshore-backup-'));
    file = join(folder, 'backup.tar.gz');
    await cluster.down();
    await cluster.up();
    await apply('kept', 2, 31_131);
    await apply('deleted', 1);
  });
  after(async () => {
    await cluster.down();
    await rm(folder, { recursive: true, force: true });
  });

  it('keeps what the backup knows running, removes what came later, and brings back what was deleted', async () => {
    expect((await command('backup', file)).stdout).to.contain('at revision');
    const kept = await containersOf('kept');
    await apply('late', 1);
    const late = await ids('late');
    expect(await runs(late)).to.equal(true);
    await cluster.kubectl('delete', 'deployment/deleted', '--wait');
    const before = await newestVersion();
    const { items: nodes } = await cluster.getJson<List<Node>>('nodes');
    const urls = nodes.map(({ status }) => `http://${status?.addresses?.[0]?.address ?? ''}:31131/`);

    const load = new HttpLoad({ urls, perSecond: 40 });
    const refused = await command('restore', file, '--force').catch((thrown: unknown) => (thrown as Error).message);
    expect(refused).to.contain('a control plane runs on');
    const pid = await cluster.pidOf('control-plane');
    await cluster.kill('control-plane', 'SIGTERM');
    await eventually(
      'the control plane gone',
      15_000,
      async () => !(await readProcessTable(cluster.dir)).some((one) => one.pid === pid),
    );
    await command('restore', file, '--force');
    await cluster.up();

    await eventually('the container of the late pod gone', 30_000, async () => !(await runs(late)));
    await cluster.kubectl('rollout', 'status', 'deployment/deleted', '--timeout=60s');
    const { sent, failures } = await load.stop();
    expect(failures, `${failures.length} of ${sent} requests lost`).to.be.empty;
    expect(await containersOf('kept')).to.deep.equal(kept);
    expect((await pods('late')).items).to.be.empty;

    expect(await newestVersion()).to.be.greaterThan(before);
    const watch = await cluster.kubectl('get', '--raw', `/api/v1/pods?watch=true&resourceVersion=${before}`).then(
      (output) => output,
      (thrown: unknown) => (thrown as Error).message,
    );
    expect(watch).to.match(/410|Expired|too old resource version/);
    await apply('afterwards', 2);
  });
});
