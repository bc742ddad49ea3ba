import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';

import { decode, encode, streamDecode, streamEncode, type Answer, type DecodedPacket, type Question } from 'dns-packet';
import { expect } from 'chai';

import { systemClock } from '../../lib/clock/clock.js';
import { silentLogger } from '../../lib/log/logger.js';
import { makeEndpoint, makePort, makeService, makeTable } from '../../test/support/routing-tables.js';
import { DnsResolver } from './dns-resolver.js';
import { DnsServer } from './dns-server.js';
import { Forwarder } from './forwarder.js';
import { type Upstream } from './upstream-exchange.js';

const dnsPacketQuery = (name: string, type: Question['type'], extra: Answer[] = []): Buffer =>
  encode({ type: 'query', id: 4711, flags: 0x0100, questions: [{ name, type, class: 'IN' }], additionals: extra });

function askUdp(port: number, query: Buffer): Promise<DecodedPacket & { bytes: number; rcode: string }> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.on('message', (packet) => {
      socket.close();
      resolve({ ...(decode(packet) as DecodedPacket & { rcode: string }), bytes: packet.length });
    });
    socket.send(query, port, '127.0.0.1');
  });
}

function askTcp(port: number, query: Buffer): Promise<DecodedPacket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      // In two pieces: a length and a question may come apart.
      const framed = Buffer.concat([Buffer.of(query.length >> 8, query.length & 0xff), query]);
      socket.write(framed.subarray(0, 5));
      setImmediate(() => socket.write(framed.subarray(5)));
    });
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      socket.destroy();
      resolve(streamDecode(chunk) as DecodedPacket);
    });
  });
}

const dataOf = (packet: DecodedPacket): unknown[] => (packet.answers ?? []).map((record) => (record as { data: unknown }).data);

describe('DnsServer', () => {
  const stop = new AbortController();
  let port: number;
  let served: Promise<void>;
  let upstream: ReturnType<typeof createSocket>;
  let upstreamTcp: ReturnType<typeof createServer>;
  let upstreams: Upstream[];
  let asked = 0;

  const many = Array.from({ length: 60 }, (_, index) => makeEndpoint(`10.244.1.${index + 2}`, 80));

  before(async () => {
    upstream = createSocket('udp4');
    upstream.on('message', (message, client) => {
      asked += 1;
      const query = decode(message);
      const name = query.questions![0]!.name;
      if (name === 'silent.example.com') return;
      const flags = name === 'large.example.com' ? 0x8200 : 0x8000;
      const answers: Answer[] = flags === 0x8200 ? [] : [{ type: 'A', name, ttl: 60, data: '203.0.113.80' }];
      upstream.send(encode({ ...query, type: 'response', flags, answers } as never), client.port, client.address);
    });
    await new Promise<void>((resolve) => upstream.bind(0, '127.0.0.1', resolve));
    upstreamTcp = createServer((socket) => {
      socket.on('data', (chunk: Buffer) => {
        const query = streamDecode(chunk) as DecodedPacket;
        const answers: Answer[] = [{ type: 'A', name: query.questions![0]!.name, ttl: 60, data: '203.0.113.81' }];
        socket.write(streamEncode({ ...query, type: 'response', answers } as never));
      });
    });
    await new Promise<void>((resolve) => upstreamTcp.listen(upstream.address().port, '127.0.0.1', resolve));
    upstreams = [{ address: '127.0.0.1', port: upstream.address().port }];

    const forwarder = new Forwarder({ upstreams: async () => upstreams, clock: systemClock });
    const resolver = new DnsResolver({ forwarder, log: silentLogger });
    resolver.setTable(
      makeTable([
        makeService('web', '10.96.0.20', [makePort(80, [])]),
        makeService('many', '', [makePort(80, many)], { headless: true }),
        makeService('outside', '', [], { externalName: 'db.example.com' }),
        makeService('twice', '', [], { externalName: 'web.default.svc.cluster.local' }),
        makeService('circle', '', [], { externalName: 'circle.default.svc.cluster.local' }),
        makeService('big', '', [], { externalName: 'large.example.com' }),
      ]),
    );
    const server = new DnsServer({ answerer: resolver, port: 0, clock: systemClock, log: silentLogger });
    served = server.run(stop.signal);
    expect(server.problem).to.equal('the address is not known yet');
    server.setAddress('127.0.0.1');
    while (server.port === undefined) await new Promise((resolve) => setImmediate(resolve));
    expect(server.problem).to.equal(undefined);
    port = server.port;
  });

  after(async () => {
    stop.abort();
    await served;
    upstream.close();
    upstreamTcp.close();
  });

  it('answers over UDP, with the id and question of the query', async () => {
    const reply = await askUdp(port, dnsPacketQuery('Web.default.svc.cluster.local', 'A'));
    expect(reply.id).to.equal(4711);
    expect(reply.questions?.[0]?.name).to.equal('Web.default.svc.cluster.local');
    expect(reply).to.include({ rcode: 'NOERROR', flag_aa: true, flag_ra: true, flag_rd: true });
    expect(reply.answers?.[0]).to.include({ type: 'A', ttl: 5, data: '10.96.0.20' });
  });

  it('answers over TCP', async () => {
    expect(dataOf(await askTcp(port, dnsPacketQuery('web.default.svc.cluster.local', 'A')))).to.deep.equal(['10.96.0.20']);
  });

  it('cuts what is too large for UDP and gives it whole over TCP, in changing order', async () => {
    const query = dnsPacketQuery('many.default.svc.cluster.local', 'A');
    const cut = await askUdp(port, query);
    expect(cut.flag_tc).to.equal(true);
    expect(cut.bytes).to.be.at.most(512);
    const [first, second] = [dataOf(await askTcp(port, query)), dataOf(await askTcp(port, query))];
    expect(first).to.have.members(many.map(({ ip }) => ip));
    expect(first).to.not.deep.equal(second);
  });

  it('speaks EDNS to those who do', async () => {
    const option = { type: 'OPT', name: '.', udpPayloadSize: 4_096, flags: 0, options: [] } as never;
    const reply = await askUdp(port, dnsPacketQuery('web.default.svc.cluster.local', 'A', [option]));
    expect(reply.additionals?.[0]).to.include({ type: 'OPT', udpPayloadSize: 1_232 });
  });

  it('passes other names on to the servers of the host, and remembers the answer', async () => {
    expect(dataOf(await askUdp(port, dnsPacketQuery('www.example.com', 'A')))).to.deep.equal(['203.0.113.80']);
    const before = asked;
    expect(dataOf(await askUdp(port, dnsPacketQuery('www.example.com', 'A')))).to.deep.equal(['203.0.113.80']);
    expect(asked).to.equal(before);
  });

  it('passes a question over TCP on over TCP', async () => {
    expect(dataOf(await askTcp(port, dnsPacketQuery('www.example.com', 'A')))).to.deep.equal(['203.0.113.81']);
  });

  it('follows the alias of an ExternalName service, out of the cluster and within', async () => {
    const outside = await askUdp(port, dnsPacketQuery('outside.default.svc.cluster.local', 'A'));
    expect(dataOf(outside)).to.deep.equal(['db.example.com', '203.0.113.80']);
    const within = await askUdp(port, dnsPacketQuery('twice.default.svc.cluster.local', 'A'));
    expect(dataOf(within)).to.deep.equal(['web.default.svc.cluster.local', '10.96.0.20']);
    const large = await askUdp(port, dnsPacketQuery('big.default.svc.cluster.local', 'A'));
    expect(dataOf(large)).to.deep.equal(['large.example.com', '203.0.113.81']);
  });

  it('fails an alias that leads to itself', async () => {
    expect((await askUdp(port, dnsPacketQuery('circle.default.svc.cluster.local', 'A'))).rcode).to.equal('SERVFAIL');
  });

  it('says that it cannot when no server of the host answers', async () => {
    const working = upstreams;
    upstreams = [];
    expect((await askUdp(port, dnsPacketQuery('other.example.com', 'A'))).rcode).to.equal('SERVFAIL');
    upstreams = working;
  });

  it('tells a client that its packet makes no sense', async () => {
    const broken = Buffer.concat([Buffer.of(0x12, 0x34, 1, 0, 0, 9, 0, 0, 0, 0, 0, 0), Buffer.from([63, 1])]);
    expect((await askUdp(port, broken)).rcode).to.equal('FORMERR');
  });

  it('waits for its address, and says when another program has the port', async () => {
    const ended = new AbortController();
    const second = new DnsServer({
      answerer: { answer: async () => undefined },
      port,
      clock: systemClock,
      log: silentLogger,
    });
    const run = second.run(ended.signal);
    second.setAddress('127.0.0.1');
    while (!second.problem?.includes('another program')) await new Promise((resolve) => setImmediate(resolve));
    second.setAddress('203.0.113.123');
    while (!second.problem?.includes('no interface')) await new Promise((resolve) => setImmediate(resolve));
    second.setAddress('127.0.0.2');
    while (second.problem !== undefined) await new Promise((resolve) => setImmediate(resolve));
    ended.abort();
    await run;
  });
});
