import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { tableName } from '../../kube-proxy/nftables/names.js';
import { systemClock } from '../../lib/clock/clock.js';
import { UpdateKind } from '../../proto/gen/longshore/routing/v1/routing.js';
import { FakeRoutingServer } from '../support/fake-routing-server.js';
import { TestNetwork } from '../support/network-namespaces.js';
import { completeMessage, makeEndpoint, makeNode, makePort, makeService, makeTable } from '../support/routing-tables.js';

const serverAddress = '198.18.77.1';
const vip = '10.96.0.20';
const p1 = makeEndpoint('10.244.1.5', 8080);
const lookUp = `
const [server, name] = process.argv.slice(1);
const resolver = new (require('dns').promises.Resolver)({ timeout: 1000, tries: 1 });
resolver.setServers([server]);
resolver.resolve4(name).then((a) => console.log(a.sort().join()), (e) => console.log(e.code));
`;

describe('the kube-proxy process', function () {
  this.timeout(60_000);
  const net = new TestNetwork('lshkx');
  let server: FakeRoutingServer;
  let stateDir: string;
  let proxy: ChildProcess;

  before(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'longshore-kube-proxy-'));
    await net.add('node');
    await net.connectToHost('node', { host: `${serverAddress}/30`, address: '198.18.77.2/30' });
    // The node's own packets to a service need some route to leave by before they are translated.
    await net.run('node', 'ip', 'route', 'add', 'default', 'via', serverAddress);
    await net.add('other');
    await net.connect({ in: 'node', address: '192.168.50.1/24' }, { in: 'other', address: '192.168.50.2/24' });
    await net.run('other', 'ip', 'address', 'add', '10.244.2.1/32', 'dev', 'lo');
    await net.run('other', 'ip', 'route', 'add', '10.244.1.0/24', 'via', '192.168.50.1', 'src', '10.244.2.1');
    await net.serve('other', { udp: [53] });
    for (const rule of ['-P FORWARD DROP', '-N DOCKER-USER', '-A DOCKER-USER -j RETURN', '-A FORWARD -j DOCKER-USER']) {
      await net.run('node', 'iptables', ...rule.split(' '));
    }
    server = await FakeRoutingServer.create();
    await server.enrol(stateDir, 'n1');
    await server.start(`${serverAddress}:6444`);
    server.setTable(makeTable([makeService('web', vip, [makePort(80, [p1])])]));
    proxy = startProxy();
  });

  after(async () => {
    server.stop();
    await net.remove();
    await rm(stateDir, { recursive: true, force: true });
  });

  function startProxy(): ChildProcess {
    const flags = ['--node-name', 'n1', '--server', `${serverAddress}:6444`, '--state-dir', stateDir, '--health-port', '10256'];
    return net.start('node', process.execPath, ['--import', 'tsx', 'kube-proxy/main.ts', ...flags, '--log-level', 'warn']);
  }

  async function eventually<T>(read: () => Promise<T>, accept: (value: T) => boolean, withinMs = 15_000): Promise<T> {
    const deadline = systemClock.monotonic() + withinMs;
    for (;;) {
      const value = await read();
      if (accept(value)) return value;
      if (systemClock.monotonic() > deadline) expect.fail(`still ${JSON.stringify(value)} after ${withinMs} ms`);
      await systemClock.sleep(100);
    }
  }

  const resolve = async (name: string): Promise<string> =>
    (await net.run('p1', process.execPath, '-e', lookUp, '10.244.1.1', name)).trim();
  const readyz = (): Promise<string> => net.run('node', 'bash', '-c', 'curl -s http://127.0.0.1:10256/readyz || true');
  const dockerUser = (): Promise<string> => net.run('node', 'iptables', '-S', 'DOCKER-USER');
  const addBridge = async (): Promise<void> => net.addBridge('node', 'lsh0', '10.244.1.1/24');

  it('applies the table, reports it, and says why it is not ready while the bridge is missing', async () => {
    await eventually(
      async () => server.reports.at(-1),
      (report) => report?.revision === '1' && report.error === '',
    );
    expect(await readyz())
      .to.include('[+]routing-table ok')
      .and.include('no interface has the address 10.244.1.1 yet');
  });

  it('serves pods and DNS once the bridge is there, through a firewall that drops by default', async () => {
    await addBridge();
    await net.addPod('p1', { host: 'node', bridge: 'lsh0', gateway: '10.244.1.1', address: '10.244.1.5/24' });
    await net.serve('p1', { tcp: [8080] });
    await eventually(readyz, (text) => text.includes('\nok'));
    expect(await resolve('web.default.svc.cluster.local')).to.equal(vip);
    expect(await net.askTcp('node', vip, 80)).to.match(/^p1 /);
    const rules = await dockerUser();
    expect(rules).to.include(
      `-A DOCKER-USER -s 10.244.1.0/24 -m comment --comment ${tableName(server.clusterId, 'n1')} -j ACCEPT`,
    );
    expect(await net.run('node', 'cat', '/proc/sys/net/ipv4/ip_forward')).to.equal('1\n');
  });

  it('lets a pod reach itself through its service', async () => {
    await eventually(
      () => net.askTcp('p1', vip, 80),
      (answer) => answer === 'p1 10.244.1.1',
    );
  });

  it('routes to the pods of the other nodes', async () => {
    const listing = await net.run('node', 'ip', 'route', 'show', '10.244.2.0/24');
    expect(listing).to.include('via 192.168.50.2').and.include('proto 76');
  });

  it('follows incremental changes', async () => {
    const nothing = {
      ...completeMessage(makeTable([])),
      kind: UpdateKind.UPDATE_KIND_INCREMENTAL,
      network: undefined,
      nodes: [],
    };
    const api = makeService('api', '10.96.0.30', [makePort(81, [p1])]);
    server.send({ ...nothing, appliesToRevision: '1', revision: '2', services: [api] });
    await eventually(
      async () => server.reports.at(-1)?.revision,
      (revision) => revision === '2',
    );
    expect(await net.askTcp('node', '10.96.0.30', 81)).to.match(/^p1 /);
    expect(await resolve('api.default.svc.cluster.local')).to.equal('10.96.0.30');
  });

  it('leaves out what its rules cannot express, and takes the rest', async () => {
    const table = makeTable(
      [
        makeService('odd', '10.96.0.40', [makePort(80, [makeEndpoint('fd00::5', 80), p1])], {
          externalIps: ['0x7f.1', 'fd00::7'],
        }),
        makeService('v6', 'fd00::1', [makePort(80, [p1])]),
        makeService('web', vip, [makePort(80, [p1])]),
      ],
      { revision: '3' },
    );
    server.setTable(table);
    await eventually(
      async () => server.reports.at(-1),
      (report) => report?.revision === '3' && report.error === '',
    );
    for (const address of [vip, '10.96.0.40']) expect(await net.askTcp('node', address, 80)).to.match(/^p1 /);
    server.setTable(makeTable([makeService('web', vip, [makePort(80, [p1])])], { revision: '2' }));
  });

  it('asks for the whole table again when an update does not fit', async () => {
    const opened = server.opened;
    server.setTable(makeTable([makeService('web', vip, [makePort(80, [p1])])], { revision: '7' }));
    const stray = { ...completeMessage(makeTable([])), kind: UpdateKind.UPDATE_KIND_INCREMENTAL, network: undefined };
    server.send({ ...stray, appliesToRevision: '5', revision: '6' });
    await eventually(
      async () => server.opened,
      (count) => count === opened + 1,
    );
    await eventually(
      async () => server.reports.at(-1)?.revision,
      (revision) => revision === '7',
    );
    expect(await resolve('api.default.svc.cluster.local')).to.equal('ENOTFOUND');
  });

  it('puts its rules back when Docker flushes its chain', async () => {
    await net.run('node', 'iptables', '-F', 'DOCKER-USER');
    await eventually(dockerUser, (rules) => rules.includes(`--comment ${tableName(server.clusterId, 'n1')}`));
  });

  it('answers DNS again when the bridge went away and came back', async () => {
    await net.run('node', 'ip', 'address', 'del', '10.244.1.1/24', 'dev', 'lsh0');
    await net.run('node', 'ip', 'address', 'add', '10.244.1.1/24', 'dev', 'lsh0');
    await eventually(
      () => resolve('web.default.svc.cluster.local'),
      (answer) => answer === vip,
    );
  });

  it('is killed and starts while the control plane is away: rules never stop, DNS neither', async () => {
    server.stop();
    const kept = async (): Promise<boolean> => (await readdir(stateDir)).includes('routes.bin');
    await eventually(kept, Boolean);
    const sourcePort = 40_053;
    const ask = (): Promise<string> => net.askUdp('p1', '10.244.1.1', 53, sourcePort);
    expect(await ask()).to.equal('timeout', 'the server has no answer to what is no question');
    proxy.kill('SIGKILL');
    await once(proxy, 'exit');
    expect(await net.askTcp('node', vip, 80)).to.match(/^p1 /);
    expect(await ask()).to.equal('other 10.244.1.5', "another node's server is asked, from a port that was in use too");
    proxy = startProxy();
    await eventually(
      () => resolve('web.default.svc.cluster.local'),
      (answer) => answer === vip,
    );
    expect(await net.askTcp('node', vip, 80)).to.match(/^p1 /);
    await eventually(readyz, (text) => text.includes('\nok'));
  });

  it('follows the control plane again when it is back', async () => {
    server.setTable(makeTable([makeService('web', vip, [makePort(82, [p1])])], { revision: '9', nodeRoutes: [makeNode(1)] }));
    await server.start(`${serverAddress}:6444`);
    await eventually(
      async () => server.reports.at(-1)?.revision,
      (revision) => revision === '9',
    );
    expect(await net.askTcp('node', vip, 82)).to.match(/^p1 /);
    await eventually(
      () => net.run('node', 'ip', 'route', 'show', 'proto', '76'),
      (routes) => routes === '',
    );
  });

  it('tells what it does in metrics', async () => {
    const metrics = await net.run('node', 'curl', '-s', 'http://127.0.0.1:10256/metrics');
    expect(metrics)
      .to.match(/longshore_kube_proxy_rules\{[^}]*\} [1-9]/)
      .and.include('longshore_kube_proxy_dns_queries_total');
  });

  it('keeps its rules when it ends, and cleanup leaves nothing', async () => {
    proxy.kill('SIGTERM');
    await once(proxy, 'exit');
    expect(await net.askTcp('node', vip, 82)).to.match(/^p1 /);
    const flags = ['--node-name', 'n1', '--state-dir', stateDir, '--log-level', 'warn'];
    await net.run('node', process.execPath, '--import', 'tsx', 'kube-proxy/main.ts', 'cleanup', ...flags);
    expect(await net.run('node', 'nft', 'list', 'tables')).to.not.include('longshore');
    expect(await dockerUser()).to.equal('-N DOCKER-USER\n');
    expect(await net.run('node', 'ip', 'route', 'show', 'proto', '76')).to.equal('');
    expect(await readdir(stateDir)).to.deep.equal(['pki']);
  });
});
