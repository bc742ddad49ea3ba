import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { FakeRoutingServer } from '../../test/support/fake-routing-server.js';
import { systemClock } from '../clock/clock.js';
import { isError } from '../errors/errors.js';
import { silentLogger } from '../log/logger.js';
import type { JoinOptions } from './create-identity-holder.js';
import { settleClusterId } from './settle-cluster-id.js';

describe('settleClusterId', () => {
  const server = '127.0.0.1:25790';
  const stop = new AbortController();
  let stateDir: string;
  let plane: FakeRoutingServer;
  before(async () => {
    plane = await FakeRoutingServer.create();
    await plane.start(server);
  });
  after(() => {
    plane.stop();
  });
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'longshore-settle-'));
  });
  afterEach(() => rm(stateDir, { recursive: true }));

  const settle = (caHash?: string): Promise<string> => {
    const options: JoinOptions = {
      ...{ dir: join(stateDir, 'pki'), server, nodeName: 'n1', role: 'kube-proxy', tokenFile: undefined },
      token: caHash === undefined ? undefined : `abcdef.0123456789abcdef.${caHash}`,
      clock: systemClock,
      log: silentLogger,
    };
    return settleClusterId(options, stop.signal);
  };

  it('takes the cluster of the token before it has joined, and that of its certificate without a token', async () => {
    expect(await settle('1'.repeat(64))).to.equal('11111111');
    await plane.enrol(stateDir, 'n1');
    expect(await settle()).to.equal(plane.clusterId);
  });

  it('stays with its cluster while another does not let it in', async () => {
    await plane.enrol(stateDir, 'n1');
    expect(await settle('1'.repeat(64))).to.equal(plane.clusterId);
  });

  it('cannot tell without certificate and token', async () => {
    expect(isError(await settle().catch((thrown: unknown) => thrown), 'FailedPrecondition')).to.equal(true);
  });
});
