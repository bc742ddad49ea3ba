import { expect } from 'chai';

import { gatewayOf } from '../../lib/net/cidr.js';
import { silentLogger } from '../../lib/log/logger.js';
import { ConntrackRunner } from '../../kube-proxy/conntrack/conntrack-runner.js';
import { computeStaleFlows } from '../../kube-proxy/conntrack/stale-flows.js';
import { tableName } from '../../kube-proxy/nftables/names.js';
import { NftRunner } from '../../kube-proxy/nftables/nft-runner.js';
import { NftablesProxier, type ApplyKind } from '../../kube-proxy/nftables/nftables-proxier.js';
import { renderContext } from '../../kube-proxy/nftables/render-context.js';
import { RulesetRenderer } from '../../kube-proxy/nftables/ruleset-renderer.js';
import { type RoutingTable } from '../../kube-proxy/routes/routing-table.js';
import { type ServiceRoute } from '../../proto/gen/longshore/routing/v1/routing.js';
import { TestNetwork } from '../support/network-namespaces.js';
import { makeEndpoint, makePort, makeService, makeTable } from '../support/routing-tables.js';

/**
 * node (10.244.1.1 on a bridge) -- p1 .5, p2 .6          a machine with two pods
 *   |-- other (192.168.50.2), which routes to far (10.244.2.6)   the next machine and its pod
 *   `-- client (203.0.113.9)                                     somebody outside
 */
const p1 = makeEndpoint('10.244.1.5', 8080);
const p2 = makeEndpoint('10.244.1.6', 8080);
const far = makeEndpoint('10.244.2.6', 8080, { nodeName: 'n2' });
const vip = '10.96.0.20';

describe('kube-proxy rules in a kernel', function () {
  this.timeout(120_000);
  const net = new TestNetwork('lshkp');
  const renderer = new RulesetRenderer();
  let proxier: NftablesProxier;
  let table: RoutingTable;

  before(async () => {
    await net.add('node');
    await net.addBridge('node', 'lsh0', `${gatewayOf('10.244.1.0/24')}/24`);
    const pod = { host: 'node', bridge: 'lsh0', gateway: '10.244.1.1' };
    await net.addPod('p1', { ...pod, address: '10.244.1.5/24' });
    await net.addPod('p2', { ...pod, address: '10.244.1.6/24' });
    await net.add('other');
    await net.connect({ in: 'node', address: '192.168.50.1/24' }, { in: 'other', address: '192.168.50.2/24' });
    await net.add('far');
    await net.connect({ in: 'other', address: '10.244.2.1/24' }, { in: 'far', address: '10.244.2.6/24' });
    await net.add('client');
    await net.connect({ in: 'node', address: '203.0.113.1/24' }, { in: 'client', address: '203.0.113.9/24' });
    await net.run('node', 'ip', 'route', 'add', '10.244.2.0/24', 'via', '192.168.50.2');
    await net.run('node', 'ip', 'route', 'add', 'default', 'via', '203.0.113.9');
    await net.run('other', 'ip', 'route', 'add', '10.244.1.0/24', 'via', '192.168.50.1');
    await net.run('far', 'ip', 'route', 'add', 'default', 'via', '10.244.2.1');
    await net.run('client', 'ip', 'route', 'add', '10.96.0.0/16', 'via', '203.0.113.1');
    for (const name of ['node', 'other']) await net.run(name, 'sysctl', '-q', '-w', 'net.ipv4.ip_forward=1');
    await net.run('node', 'sysctl', '-q', '-w', 'net.bridge.bridge-nf-call-iptables=1');
    for (const name of ['p1', 'p2', 'far']) await net.serve(name, { tcp: [8080, 8443], udp: [5353] });
    await net.serve('client', { tcp: [8080] });
    await net.serve('other', { tcp: [8080] });
    const nft = new NftRunner({ run: net.runnerIn('node') });
    proxier = new NftablesProxier({ table: tableName('test', 'n1'), nft, log: silentLogger });
  });

  after(() => net.remove());

  async function apply(...services: ServiceRoute[]): Promise<ApplyKind> {
    table = makeTable(services);
    const context = renderContext(table, { nodeName: 'n1', sharedHost: false, bridgeFiltered: true, findsSockets: true })!;
    return proxier.apply(renderer.render(table, context));
  }

  async function askedFrom(times: number, ask: () => Promise<string>): Promise<Set<string>> {
    const answers = new Set<string>();
    for (let count = 0; count < times; count++) answers.add(await ask());
    return answers;
  }

  it('sends a ClusterIP to every ready endpoint, here and on another machine, without masquerade', async () => {
    await apply(makeService('web', vip, [makePort(80, [p2, far])]));
    const answers = await askedFrom(24, () => net.askTcp('p1', vip, 80));
    expect([...answers].sort()).to.deep.equal(['far 10.244.1.5', 'p2 10.244.1.5']);
  });

  it('serves several ports and UDP beside TCP', async () => {
    await apply(
      makeService('web', vip, [
        makePort(80, [p2]),
        makePort(443, [{ ...p2, port: 8443 }], { name: 'https' }),
        makePort(80, [{ ...far, port: 5353 }], { name: 'udp', protocol: 'UDP' }),
      ]),
    );
    expect(await net.askTcp('p1', vip, 80)).to.equal('p2 10.244.1.5');
    expect(await net.askTcp('p1', vip, 443)).to.equal('p2 10.244.1.5');
    expect(await net.askUdp('p1', vip, 80)).to.equal('far 10.244.1.5');
  });

  it('lets a pod reach itself through its service, masquerading only then', async () => {
    await apply(makeService('web', vip, [makePort(80, [p1])]));
    // In a running proxy HairpinMode does this; it acts on its own network namespace.
    await net.run('node', 'ip', 'link', 'set', 'to-p1', 'type', 'bridge_slave', 'hairpin', 'on');
    expect(await net.askTcp('p1', vip, 80)).to.equal('p1 10.244.1.1');
    expect(await net.askTcp('p2', vip, 80)).to.equal('p1 10.244.1.6');
  });

  it('serves the node itself', async () => {
    await apply(makeService('web', vip, [makePort(80, [p1], { nodePort: 30080 }), makePort(81, [far])]));
    expect(await net.askTcp('node', vip, 80)).to.equal('p1 203.0.113.1');
    expect(await net.askTcp('node', vip, 81)).to.equal('far 192.168.50.1');
    expect(await net.askTcp('node', '192.168.50.1', 30080)).to.equal('p1 192.168.50.1');
  });

  it('opens NodePorts on the addresses of the node, masquerading only towards another machine', async () => {
    await apply(makeService('web', vip, [makePort(80, [p1], { nodePort: 30080 }), makePort(81, [far], { nodePort: 30081 })]));
    expect(await net.askTcp('client', '203.0.113.1', 30080)).to.equal('p1 203.0.113.9');
    expect(await net.askTcp('client', '203.0.113.1', 30081)).to.equal('far 192.168.50.1');
    expect(await net.askTcp('p2', '10.244.1.1', 30080)).to.equal('p1 10.244.1.6');
    expect(await net.askTcp('client', '203.0.113.1', 30082)).to.equal('refused');
  });

  it('serves external addresses', async () => {
    await apply(makeService('web', vip, [makePort(80, [p1])], { externalIps: ['10.96.77.1'] }));
    expect(await net.askTcp('client', '10.96.77.1', 80)).to.equal('p1 203.0.113.9');
  });

  it('keeps the client of a service with session affinity at one endpoint', async () => {
    await apply(makeService('web', vip, [makePort(80, [p2, far])], { sessionAffinitySeconds: 60 }));
    expect((await askedFrom(12, () => net.askTcp('p1', vip, 80))).size).to.equal(1);
  });

  it('keeps affinity when another proxy process takes over the table', async () => {
    const before = await net.askTcp('p1', vip, 80);
    const successor = new NftablesProxier({
      table: tableName('test', 'n1'),
      nft: new NftRunner({ run: net.runnerIn('node') }),
      log: silentLogger,
    });
    const context = renderContext(table, { nodeName: 'n1', sharedHost: false, bridgeFiltered: true, findsSockets: true })!;
    expect(await successor.apply(new RulesetRenderer().render(table, context))).to.equal('none');
    expect([...(await askedFrom(8, () => net.askTcp('p1', vip, 80)))]).to.deep.equal([before]);
  });

  it('refuses at once what has no ready endpoint', async () => {
    await apply(
      makeService('web', vip, [
        makePort(80, [{ ...p1, ready: false, serving: false }], { nodePort: 30080 }),
        makePort(53, [], { protocol: 'UDP', name: 'dns' }),
      ]),
    );
    expect(await net.askTcp('p1', vip, 80)).to.equal('refused');
    expect(await net.askTcp('node', vip, 80)).to.equal('refused');
    expect(await net.askTcp('client', '203.0.113.1', 30080)).to.equal('refused');
    expect(await net.askUdp('p1', vip, 53)).to.equal('ECONNREFUSED');
  });

  it('falls back to endpoints that serve while they terminate', async () => {
    await apply(makeService('web', vip, [makePort(80, [{ ...p2, ready: false, terminating: true }])]));
    expect(await net.askTcp('p1', vip, 80)).to.equal('p2 10.244.1.5');
  });

  it('keeps to the node where the traffic policies are Local', async () => {
    const local = { internalLocal: true, externalLocal: true };
    await apply(
      makeService('here', vip, [makePort(80, [p2, far], { nodePort: 30080 })], local),
      makeService('elsewhere', '10.96.0.21', [makePort(80, [far], { nodePort: 30081 })], local),
    );
    expect([...(await askedFrom(10, () => net.askTcp('p1', vip, 80)))]).to.deep.equal(['p2 10.244.1.5']);
    expect([...(await askedFrom(10, () => net.askTcp('client', '203.0.113.1', 30080)))]).to.deep.equal(['p2 203.0.113.9']);
    expect(await net.askTcp('p1', '10.96.0.21', 80)).to.equal('timeout');
    expect(await net.askTcp('client', '203.0.113.1', 30081)).to.equal('timeout');
    expect(await net.askTcp('p1', '10.244.1.1', 30081)).to.equal('far 10.244.1.5');
  });

  it('masquerades only what leaves the cluster', async () => {
    await apply();
    expect(await net.askTcp('p1', '203.0.113.9', 8080)).to.equal('client 203.0.113.1');
    expect(await net.askTcp('p1', '10.244.2.6', 8080)).to.equal('far 10.244.1.5');
    expect(await net.askTcp('p1', '10.244.1.6', 8080)).to.equal('p2 10.244.1.5');
    expect(await net.askTcp('p1', '192.168.50.2', 8080)).to.equal('other 10.244.1.5');
  });

  it('forgets UDP flows to endpoints that are gone, and those from before the service', async () => {
    const dns = (endpoints: (typeof p1)[]) => makeService('dns', vip, [makePort(53, endpoints, { protocol: 'UDP' })]);
    const conntrack = new ConntrackRunner({ log: silentLogger, run: net.runnerIn('node') });
    await apply(dns([{ ...p2, port: 5353 }]));
    expect(await net.askUdp('p1', vip, 53, 40_001)).to.equal('p2 10.244.1.5');
    const before = table;
    await apply(dns([{ ...far, port: 5353 }]));
    expect(await net.askUdp('p1', vip, 53, 40_001)).to.equal('p2 10.244.1.5', 'the kernel keeps the flow');
    await conntrack.deleteUdpFlows(computeStaleFlows(before, table));
    expect(await net.askUdp('p1', vip, 53, 40_001)).to.equal('far 10.244.1.5');

    await apply();
    await conntrack.deleteUdpFlows(computeStaleFlows(before, table));
    expect(await net.askUdp('p1', vip, 53, 40_002)).to.be.oneOf(['timeout', 'EHOSTUNREACH', 'ENETUNREACH']);
    const none = table;
    await apply(dns([{ ...p2, port: 5353 }]));
    await conntrack.deleteUdpFlows(computeStaleFlows(none, table));
    expect(await net.askUdp('p1', vip, 53, 40_002)).to.equal('p2 10.244.1.5');
  });

  it('repairs its table when somebody changed it, and touches no other', async () => {
    await apply(makeService('web', vip, [makePort(80, [p2])]));
    const foreign = 'table ip foreign {\n\tchain c {\n\t\ttcp dport 1234 counter packets 0 bytes 0 drop\n\t}\n}\n';
    await net.runnerIn('node')('nft', ['-f', '-'], { input: foreign });
    const name = tableName('test', 'n1');
    await net.run('node', 'nft', 'flush', 'chain', 'ip', name, 'services');
    await net.run('node', 'nft', 'add', 'chain', 'ip', name, 'stranger');
    await net.run('node', 'nft', 'delete', 'element', 'ip', name, 'service-ips', '{ 10.96.0.10 . tcp . 53 }');
    expect(await proxier.verify()).to.equal(4);
    expect(await proxier.verify()).to.equal(0);
    expect(await net.askTcp('p1', vip, 80)).to.equal('p2 10.244.1.5');
    await net.run('node', 'nft', 'delete', 'table', 'ip', name);
    expect(await apply(makeService('web', vip, [makePort(81, [p2])]))).to.equal('full');
    expect(await net.askTcp('p1', vip, 81)).to.equal('p2 10.244.1.5');
    expect(await net.run('node', 'nft', 'list', 'table', 'ip', 'foreign')).to.equal(foreign);
  });
});
