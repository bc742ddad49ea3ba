import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { FakeClock } from '../../lib/clock/fake-clock.js';
import { silentLogger } from '../../lib/log/logger.js';
import { BridgeRules } from './bridge-rules.js';
import { HairpinMode } from './hairpin-mode.js';
import { type DockerUserChain, type RuleSpec } from './iptables-runner.js';
import { ensureKernelSettings } from './kernel-settings.js';

class FakeChain implements DockerUserChain {
  rules: string[] | undefined = ['-A DOCKER-USER -j RETURN'];

  async list(): Promise<readonly string[] | undefined> {
    return this.rules && [...this.rules];
  }

  async ensure(rule: RuleSpec): Promise<void> {
    this.rules?.unshift(`-A DOCKER-USER ${rule.join(' ')}`);
  }

  async delete(listed: string): Promise<void> {
    this.rules = this.rules?.filter((rule) => rule !== listed);
  }
}

const ours = (podCidr: string): string[] =>
  ['-d', '-s'].map((side) => `-A DOCKER-USER ${side} ${podCidr} -m comment --comment longshore_n1 -j ACCEPT`);
const foreign = '-A DOCKER-USER -s 10.9.0.0/16 -m comment --comment longshore_n10 -j ACCEPT';

describe('BridgeRules', () => {
  let chain: FakeChain;
  let clock: FakeClock;
  let rules: BridgeRules;

  beforeEach(() => {
    chain = new FakeChain();
    clock = new FakeClock();
    rules = new BridgeRules({ chain, owner: 'longshore_n1', clock, log: silentLogger });
  });

  it('puts its rules first, once', async () => {
    await rules.ensure('10.244.1.0/24');
    await rules.ensure('10.244.1.0/24');
    expect(chain.rules).to.deep.equal([...ours('10.244.1.0/24'), '-A DOCKER-USER -j RETURN']);
  });

  it('replaces those of a former pod CIDR and leaves those of others alone', async () => {
    chain.rules?.unshift(foreign);
    await rules.ensure('10.244.1.0/24');
    await rules.ensure('10.244.7.0/24');
    expect(chain.rules).to.have.members([...ours('10.244.7.0/24'), foreign, '-A DOCKER-USER -j RETURN']);
    await rules.remove();
    expect(chain.rules).to.have.members([foreign, '-A DOCKER-USER -j RETURN']);
  });

  it('waits for Docker, and puts its rules back when Docker flushes them', async () => {
    const stop = new AbortController();
    chain.rules = undefined;
    const run = rules.run(stop.signal);
    rules.setPodCidr('10.244.1.0/24');
    await clock.advance(0);
    chain.rules = [];
    await clock.advance(5_000);
    expect(chain.rules).to.have.lengthOf(2);
    chain.rules = [];
    await clock.advance(5_000);
    expect(chain.rules).to.have.lengthOf(2);
    stop.abort();
    await run;
  });
});

describe('kernel settings', () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'longshore-sysctl-'));
    await mkdir(join(root, 'net/ipv4'), { recursive: true });
    await writeFile(join(root, 'net/ipv4/ip_forward'), '0\n');
  });

  afterEach(() => rm(root, { recursive: true }));

  it('are turned on where they exist', async () => {
    expect(await ensureKernelSettings({ findsSockets: async () => true, log: silentLogger, root })).to.deep.equal({
      forwards: true,
      bridgeFiltered: false,
      findsSockets: true,
    });
    expect(await readFile(join(root, 'net/ipv4/ip_forward'), 'utf8')).to.equal('1\n');
  });

  it('include hairpin mode for every port of the bridge with the gateway', async () => {
    for (const port of ['veth1', 'veth2']) {
      await mkdir(join(root, 'lsh0/brif', port), { recursive: true });
      await writeFile(join(root, 'lsh0/brif', port, 'hairpin_mode'), '0\n');
    }
    const bridgeOf = (gateway: string): string | undefined => (gateway === '10.244.1.1' ? 'lsh0' : undefined);
    const hairpin = new HairpinMode({ clock: new FakeClock(), log: silentLogger, root, bridgeOf });
    await hairpin.ensure('10.244.2.1');
    expect(await readFile(join(root, 'lsh0/brif/veth1/hairpin_mode'), 'utf8')).to.equal('0\n');
    await hairpin.ensure('10.244.1.1');
    expect(await readFile(join(root, 'lsh0/brif/veth2/hairpin_mode'), 'utf8')).to.equal('1');
  });
});
