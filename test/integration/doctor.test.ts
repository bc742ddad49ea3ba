import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import type { Finding } from '../../cli/doctor/run-checks.js';
import { readControlPlane } from '../../cli/doctor/readings/control-plane-reading.js';
import { TestNetwork } from '../support/network-namespaces.js';
import { NodePlaneHarness } from './node-plane-harness.js';

const longshore = new URL('../../bin/longshore.js', import.meta.url).pathname;

describe('longshore doctor on a machine of its own', function () {
  this.timeout(60_000);
  const network = new TestNetwork('lsi');
  let folder = '';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longshore-doctor-'));
    await network.add('host');
  });
  after(async () => {
    await network.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const examine = (...flags: string[]): Promise<{ status: number; findings: Finding[] }> =>
    new Promise((resolve, reject) => {
      const args = [
        'netns',
        'exec',
        'lsi-host',
        process.execPath,
        longshore,
        'doctor',
        '--output',
        'json',
        '--node-name',
        'lsi-1',
      ];
      execFile('ip', [...args, '--data-dir', folder, '--state-dir', folder, ...flags], (error, stdout, stderr) => {
        if (stdout === '') reject(new Error(stderr));
        else
          resolve({
            status: error ? Number(error.code) : 0,
            findings: (JSON.parse(stdout) as { findings: Finding[] }).findings,
          });
      });
    });
  const said = (findings: readonly Finding[], check: string): string[] =>
    findings.filter((finding) => finding.check === check).map(({ status, message }) => `${status} ${message}`);

  it('finds a good machine good', async () => {
    const { status, findings } = await examine();
    expect(findings.filter(({ status: each }) => each === 'failure')).to.deep.equal([]);
    expect(status).to.equal(0);
    expect(said(findings, 'kernel').join()).to.contain('nftables with NAT');
  });

  it('finds what stands in the way, names it, and exits with 1', async () => {
    await network.serve('host', { tcp: [6443], udp: [53] });
    await network.addBridge('host', 'office', '10.244.3.1/24');
    await network.run(
      'host',
      'nft',
      'add table inet mine; add chain inet mine forward { type filter hook forward priority 0; policy drop; }',
    );
    const { status, findings } = await examine('--docker-host', `unix://${folder}/none.sock`);
    expect(status).to.equal(1);
    expect(said(findings, 'engine')[0]).to.match(/^failure no Docker Engine answers/);
    expect(said(findings, 'ports')[0]).to.match(/^failure port 6443 .* is taken by .*\(process \d+\)/);
    expect(said(findings, 'dns-port')[0]).to.match(/^failure .* listens on port 53/);
    expect(said(findings, 'networks').join())
      .to.contain('the address of office (10.244.3.1/32)')
      .and.to.contain('the route by office');
    expect(said(findings, 'firewall')[0]).to.contain('inet mine forward');
    for (const finding of findings)
      if (finding.status === 'failure' || finding.status === 'warning') expect(finding.fix, finding.check).not.to.equal('');
  });
});

describe('longshore doctor --join', () => {
  let plane: NodePlaneHarness;
  before(async () => {
    plane = await NodePlaneHarness.start();
  });
  after(() => plane.stop());

  it('compares the clock with that of a real node plane', async () => {
    const reading = await readControlPlane(plane.server, await plane.joinToken());
    expect(reading.problem).to.equal(undefined);
    expect(reading.aheadMs).to.be.within(-2_000, 2_000);
  });

  it('says that the token is of another cluster', async () => {
    const token = (await plane.joinToken()).replace(/[0-9a-f]{64}$/, 'ab'.repeat(32));
    expect((await readControlPlane(plane.server, token)).problem).to.contain('another certificate authority');
  });

  it('says that nobody answers', async () => {
    expect((await readControlPlane('127.0.0.1:1', undefined)).problem).to.contain('ECONNREFUSED');
  });
});
