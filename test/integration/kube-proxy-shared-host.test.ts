import { expect } from 'chai';

import { silentLogger } from '../../lib/log/logger.js';
import { systemClock } from '../../lib/clock/clock.js';
import { Lease } from '../../kube-proxy/nftables/lease.js';
import { setNames, tableName } from '../../kube-proxy/nftables/names.js';
import { NftRunner } from '../../kube-proxy/nftables/nft-runner.js';
import { NftablesProxier } from '../../kube-proxy/nftables/nftables-proxier.js';
import { renderContext } from '../../kube-proxy/nftables/render-context.js';
import { RulesetRenderer } from '../../kube-proxy/nftables/ruleset-renderer.js';
import { type Endpoint } from '../../proto/gen/longshore/routing/v1/routing.js';
import { TestNetwork } from '../support/network-namespaces.js';
import { makeEndpoint, makeNode, makePort, makeService, makeTable } from '../support/routing-tables.js';

const vip = '10.96.0.20';
const nodeRoutes = [1, 2].map((index) => makeNode(index, { internalIp: `10.244.${index}.1` }));
const a = makeEndpoint('10.244.1.5', 8080, { nodeName: 'n1' });
const b = makeEndpoint('10.244.2.5', 8080, { nodeName: 'n2' });

/**
 * Two nodes on one kernel. The tables are given different endpoints on purpose: n1's sends
 * everything to pod a, n2's to pod b, so that an answer says which table translated.
 */
describe('two kube-proxies on one kernel', function () {
  this.timeout(60_000);
  const net = new TestNetwork('lshks');
  const nft = new NftRunner({ run: net.runnerIn('node') });
  const leaseOf = (node: string): Lease =>
    new Lease({ table: tableName('test', node), nft, onRefused: () => undefined, clock: systemClock, log: silentLogger });

  before(async () => {
    await net.add('node');
    for (const [index, pod] of [
      [1, 'a'],
      [2, 'b'],
    ] as const) {
      await net.addBridge('node', `lsh${index}`, `10.244.${index}.1/24`);
      const host = { host: 'node', bridge: `lsh${index}`, gateway: `10.244.${index}.1` };
      await net.addPod(pod, { ...host, address: `10.244.${index}.5/24` });
      // In a running proxy HairpinMode does this.
      await net.run('node', 'ip', 'link', 'set', `to-${pod}`, 'type', 'bridge_slave', 'hairpin', 'on');
    }
    await net.add('client');
    await net.connect({ in: 'node', address: '203.0.113.1/24' }, { in: 'client', address: '203.0.113.9/24' });
    await net.run('client', 'ip', 'route', 'add', 'default', 'via', '203.0.113.1');
    await net.run('node', 'ip', 'route', 'add', 'default', 'via', '203.0.113.9');
    await net.run('node', 'sysctl', '-q', '-w', 'net.ipv4.ip_forward=1');
    for (const pod of ['a', 'b']) await net.serve(pod, { tcp: [8080] });
    for (const [nodeName, endpoint] of [
      ['n1', a],
      ['n2', b],
    ] as const) {
      await applyTo(nodeName, [endpoint]);
    }
  });

  after(() => net.remove());

  async function applyTo(nodeName: string, endpoints: Endpoint[]): Promise<void> {
    const table = makeTable([makeService('web', vip, [makePort(80, endpoints, { nodePort: 30080 })])], { nodeRoutes });
    const context = renderContext(table, { nodeName, sharedHost: true, bridgeFiltered: true, findsSockets: true })!;
    const proxier = new NftablesProxier({ table: tableName('test', nodeName), nft, log: silentLogger });
    await proxier.apply(new RulesetRenderer().render(table, context));
  }

  /** How many connections of the kernel were translated to anywhere. */
  async function translations(): Promise<string[]> {
    const listing = await net.run('node', 'conntrack', '-L', '-p', 'tcp', '--dst-nat');
    return listing.split('\n').filter((line) => line.includes('dport=80 ') || line.includes('dport=30080 '));
  }

  it('sends the packets of a pod through the table of its own node only', async () => {
    await leaseOf('n2').renew();
    expect(await net.askTcp('a', vip, 80)).to.equal('a 10.244.1.1', 'a hairpin, by its own table');
    expect(await net.askTcp('b', vip, 80)).to.match(/^b /);
  }).timeout(20_000);

  it('sends packets to the address of a node through the table of that node, lease or not', async () => {
    for (const node of ['n1', 'n2']) await leaseOf(node).release();
    expect(await net.askTcp('client', '10.244.1.1', 30080)).to.equal('a 203.0.113.9');
    expect(await net.askTcp('client', '10.244.2.1', 30080)).to.equal('b 203.0.113.9');
    expect(await net.askTcp('node', '10.244.2.1', 30080)).to.match(/^b /);
    expect(await net.askTcp('a', '10.244.2.1', 30080)).to.equal('b 10.244.1.5');
  });

  it('gives shared traffic to a live proxy, and to the next when it dies', async () => {
    await leaseOf('n1').renew();
    expect(await net.askTcp('client', '203.0.113.1', 30080)).to.equal('a 203.0.113.9');
    expect(await net.askTcp('node', vip, 80)).to.match(/^a /);
    await leaseOf('n1').release();
    await leaseOf('n2').renew();
    expect(await net.askTcp('client', '203.0.113.1', 30080)).to.equal('b 203.0.113.9');
    expect(await net.askTcp('node', vip, 80)).to.match(/^b /);
    await leaseOf('n2').release();
    expect(await net.askTcp('client', '203.0.113.1', 30080)).to.equal('refused');
  });

  it('translates a packet once when several tables could', async () => {
    for (const node of ['n1', 'n2']) await leaseOf(node).renew();
    await net.run('node', 'conntrack', '-F');
    const answer = await net.askTcp('client', '203.0.113.1', 30080);
    expect(answer).to.match(/^[ab] 203\.0\.113\.9$/);
    expect(await translations()).to.have.lengthOf(1);
    expect((await translations())[0]).to.include(answer.startsWith('a') ? 'src=10.244.1.5' : 'src=10.244.2.5');
  });

  it('lets the lease of a dead proxy lapse by itself', async () => {
    await leaseOf('n2').release();
    await leaseOf('n1').renew();
    const listing = async (): Promise<string> =>
      net.run('node', 'nft', 'list', 'set', 'ip', tableName('test', 'n1'), setNames.lease);
    expect(await listing()).to.include('expires');
    await systemClock.sleep(6_500);
    expect(await listing()).to.not.include('expires');
    await leaseOf('n2').renew();
    expect(await net.askTcp('client', '203.0.113.1', 30080)).to.equal('b 203.0.113.9');
  });

  it('does not refuse for others what its own, stale table has no endpoints for', async () => {
    await applyTo('n1', []);
    await leaseOf('n1').release();
    await leaseOf('n2').renew();
    expect(await net.askTcp('client', '203.0.113.1', 30080)).to.equal('b 203.0.113.9');
    expect(await net.askTcp('client', '10.244.1.1', 30080)).to.equal('refused');
    expect(await net.askTcp('a', vip, 80)).to.equal('refused');
  });
});
