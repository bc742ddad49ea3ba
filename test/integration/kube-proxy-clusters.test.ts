import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { BridgeRules } from '../../kube-proxy/bridge-rules/bridge-rules.js';
import { IptablesRunner } from '../../kube-proxy/bridge-rules/iptables-runner.js';
import { cleanup, takeName, type CleanupOptions } from '../../kube-proxy/cleanup.js';
import { IpRouteRunner } from '../../kube-proxy/node-routes/ip-route-runner.js';
import { NodeRoutes } from '../../kube-proxy/node-routes/node-routes.js';
import { Lease } from '../../kube-proxy/nftables/lease.js';
import { tableName } from '../../kube-proxy/nftables/names.js';
import { NftRunner } from '../../kube-proxy/nftables/nft-runner.js';
import { NftablesProxier } from '../../kube-proxy/nftables/nftables-proxier.js';
import { renderContext } from '../../kube-proxy/nftables/render-context.js';
import { RulesetRenderer } from '../../kube-proxy/nftables/ruleset-renderer.js';
import { TableNameFile } from '../../kube-proxy/nftables/table-name-file.js';
import { TableFile } from '../../kube-proxy/routes/table-file.js';
import { systemClock as clock } from '../../lib/clock/clock.js';
import { silentLogger as log } from '../../lib/log/logger.js';
import { TestNetwork } from '../support/network-namespaces.js';
import { makeEndpoint, makeNode, makePort, makeService, makeTable } from '../support/routing-tables.js';

/** Two clusters, each with a node n1 on this kernel; `a` is there first. */
const clusters = {
  a: { id: 'aaaaaaaa', pods: '10.244', services: '10.96' },
  b: { id: 'bbbbbbbb', pods: '10.120', services: '10.121' },
} as const;
type Name = keyof typeof clusters;
const names = ['a', 'b'] as const;
const hostAddress = '203.0.113.1';
const nodeName = 'n1';

describe('two clusters with the same node names on one kernel', function () {
  this.timeout(60_000);
  const net = new TestNetwork('lshkd');
  const run = net.runnerIn('node');
  const stateDirs = {} as Record<Name, string>;

  before(async () => {
    await net.add('node');
    await net.add('client');
    await net.connect({ in: 'node', address: `${hostAddress}/24` }, { in: 'client', address: '203.0.113.9/24' });
    await net.run('client', 'ip', 'route', 'add', 'default', 'via', hostAddress);
    await net.run('node', 'ip', 'route', 'add', 'default', 'via', '203.0.113.9');
    await net.run('node', 'sysctl', '-q', '-w', 'net.ipv4.ip_forward=1');
    for (const rule of ['-P FORWARD DROP', '-N DOCKER-USER', '-A DOCKER-USER -j RETURN', '-A FORWARD -j DOCKER-USER']) {
      await net.run('node', 'iptables', ...rule.split(' '));
    }
    for (const name of names) {
      const gateway = `${clusters[name].pods}.1.1`;
      await net.addBridge('node', `lsh${name}`, `${gateway}/24`);
      await net.addPod(name, { host: 'node', bridge: `lsh${name}`, gateway, address: `${clusters[name].pods}.1.5/24` });
      // In a running proxy HairpinMode does this.
      await net.run('node', 'ip', 'link', 'set', `to-${name}`, 'type', 'bridge_slave', 'hairpin', 'on');
      await net.serve(name, { tcp: [8080] });
      stateDirs[name] = await mkdtemp(join(tmpdir(), 'longshore-clusters-'));
    }
    for (const name of names) await bringUp(name);
  });

  after(async () => {
    await net.remove();
    for (const dir of Object.values(stateDirs)) await rm(dir, { recursive: true, force: true });
  });

  const tableOf = (name: Name): string => tableName(clusters[name].id, nodeName);
  const vip = (name: Name): string => `${clusters[name].services}.0.20`;
  const nodeAddress = (name: Name): string => `${clusters[name].pods}.1.1`;

  function optionsOf(name: Name): CleanupOptions {
    const stateDir = stateDirs[name];
    const tableFile = new TableFile({ path: join(stateDir, 'routes.bin'), clock, log });
    return { nodeName, tableNameFile: new TableNameFile({ stateDir }), tableFile, sharedHost: false, run, clock, log };
  }

  /** Service web with NodePort 30080 in both; a has 30081 and b 30082 for itself. */
  async function bringUp(name: Name): Promise<void> {
    const { id, pods, services } = clusters[name];
    const endpoint = makeEndpoint(`${pods}.1.5`, 8080);
    const web = makeService('web', vip(name), [
      makePort(80, [endpoint], { nodePort: 30080 }),
      makePort(81, [endpoint], { nodePort: name === 'a' ? 30081 : 30082 }),
    ]);
    const own = {
      clusterId: id,
      clusterCidr: `${pods}.0.0/16`,
      serviceCidr: `${services}.0.0/17`,
      clusterDns: `${services}.0.10`,
    };
    const routes = makeTable([web], {
      network: { ...makeTable([]).network, ...own },
      nodeRoutes: [1, 2].map((index) => makeNode(index, { podCidr: `${pods}.${index}.0/24`, internalIp: `${pods}.${index}.1` })),
    });
    const nft = new NftRunner({ run });
    const table = tableOf(name);
    await takeName(table, optionsOf(name));
    const context = renderContext(routes, { nodeName, sharedHost: true, bridgeFiltered: true, findsSockets: true })!;
    await new NftablesProxier({ table, nft, log }).apply(new RulesetRenderer().render(routes, context));
    await new BridgeRules({ chain: new IptablesRunner({ run }), owner: table, clock, log }).ensure(context.podCidr);
    // Not of a shared host, but nothing keeps a machine from being a node of its own too.
    const nodeRoutes = new NodeRoutes({ routes: new IpRouteRunner({ owner: table, run }), nodeName, clock, log });
    await nodeRoutes.ensure([{ node: 'n9', podCidr: `${pods}.9.0/24`, via: '203.0.113.9' }]);
  }

  async function renewLeases(): Promise<void> {
    for (const name of names) {
      await new Lease({ table: tableOf(name), nft: new NftRunner({ run }), onRefused: () => undefined, clock, log }).renew();
    }
  }

  const dockerUser = (): Promise<string> => net.run('node', 'iptables', '-S', 'DOCKER-USER');
  const routesOf = (): Promise<string> => net.run('node', 'ip', 'route', 'show', 'proto', '76');

  it('serve the services of each to the host and to its own pods', async () => {
    await renewLeases();
    for (const name of names) {
      expect(await net.askTcp('node', vip(name), 80)).to.match(new RegExp(`^${name} `));
      expect(await net.askTcp('client', vip(name), 80)).to.equal(`${name} 203.0.113.9`);
    }
    expect(await net.askTcp('b', vip('b'), 80)).to.match(/^b /);
  });

  it('give a NodePort at the address of a node to that node, though another cluster has the same port', async () => {
    await renewLeases();
    for (const name of names) {
      for (const from of ['client', 'node'])
        expect(await net.askTcp(from, nodeAddress(name), 30080)).to.match(new RegExp(`^${name} `));
    }
    expect(await net.askTcp('client', nodeAddress('b'), 30081)).to.equal('refused', "a's port is not b's");
    expect(await net.askTcp('client', nodeAddress('b'), 30082)).to.match(/^b /);
  });

  it('give a NodePort at the address of the host to whoever has it, and to pods that of their own cluster', async () => {
    await renewLeases();
    expect(await net.askTcp('client', hostAddress, 30081)).to.match(/^a /);
    expect(await net.askTcp('client', hostAddress, 30082)).to.match(/^b /);
    expect(await net.askTcp('a', hostAddress, 30080)).to.match(/^a /);
    expect(await net.askTcp('b', hostAddress, 30080)).to.match(/^b /);
  });

  it('are cleaned up one without the other', async () => {
    await cleanup(optionsOf('a'));
    await renewLeases().catch(() => undefined);
    expect(await readdir(stateDirs.a)).to.deep.equal([]);
    expect(await net.run('node', 'nft', 'list', 'tables'))
      .to.include(tableOf('b'))
      .and.not.include(tableOf('a'));
    expect(await dockerUser())
      .to.include('-s 10.120.1.0/24')
      .and.not.include('10.244');
    expect(await routesOf())
      .to.include('10.120.9.0/24')
      .and.not.include('10.244');
    await new Lease({ table: tableOf('b'), nft: new NftRunner({ run }), onRefused: () => undefined, clock, log }).renew();
    expect(await net.askTcp('node', vip('b'), 80)).to.match(/^b /);
    expect(await net.askTcp('client', hostAddress, 30080)).to.match(/^b /);
  });

  it('leave nothing of the former cluster when a node joins another', async () => {
    await takeName(tableName('cccccccc', nodeName), optionsOf('b'));
    expect(await net.run('node', 'nft', 'list', 'tables')).to.not.include('longshore');
    expect(await dockerUser()).to.equal('-N DOCKER-USER\n-A DOCKER-USER -j RETURN\n');
    expect(await routesOf()).to.equal('');
    expect(await new TableNameFile({ stateDir: stateDirs.b }).load()).to.equal('longshore_cccccccc_n1');
  });
});
