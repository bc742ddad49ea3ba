import { type Question } from 'dns-packet';
import { expect } from 'chai';

import { makeEndpoint, makePort, makeService, makeTable } from '../../test/support/routing-tables.js';
import { answerQuestion, type ClusterAnswer } from './answer.js';
import { Zone } from './zone.js';

const zone = new Zone(
  makeTable([
    makeService('web', '10.96.0.20', [makePort(80, []), makePort(53, [], { name: 'dns', protocol: 'UDP' })]),
    makeService(
      'redis',
      '',
      [
        makePort(6379, [
          makeEndpoint('10.244.1.5', 6379, { hostname: 'redis-0' }),
          makeEndpoint('10.244.2.6', 6380),
          makeEndpoint('10.244.2.7', 6379, { ready: false, hostname: 'redis-2' }),
        ]),
      ],
      { headless: true },
    ),
    makeService('peers', '', [makePort(0, [makeEndpoint('10.244.1.8', 0, { ready: false })])], {
      headless: true,
      publishNotReady: true,
    }),
    makeService('outside', '', [], { externalName: 'db.example.com' }),
  ]),
);

function ask(name: string, type: Question['type'] = 'A'): ClusterAnswer {
  return answerQuestion(zone, { name, type, class: 'IN' });
}

/** The data of the answers, or the code when there are none. */
function dataOf(answer: ClusterAnswer): unknown[] | string {
  if (answer.kind !== 'reply') return answer.kind;
  const { rcode, answers } = answer.reply;
  return answers.length > 0 ? answers.map((record) => (record as { data: unknown }).data) : rcode;
}

const svc = 'default.svc.cluster.local';

describe('answerQuestion', () => {
  const cases: [string, Question['type'], unknown[] | string][] = [
    [`web.${svc}`, 'A', ['10.96.0.20']],
    [`WEB.Default.svc.cluster.local.`, 'A', ['10.96.0.20']],
    [`web.${svc}`, 'AAAA', 'NOERROR'],
    [`web.${svc}`, 'MX', 'NOERROR'],
    [`nobody.${svc}`, 'A', 'NXDOMAIN'],
    [`nobody.${svc}`, 'AAAA', 'NXDOMAIN'],
    [`a.b.c.web.${svc}`, 'A', 'NXDOMAIN'],
    [`example.com.${svc}`, 'A', 'NXDOMAIN'],
    [`redis.${svc}`, 'A', ['10.244.1.5', '10.244.2.6']],
    [`redis-0.redis.${svc}`, 'A', ['10.244.1.5']],
    [`10-244-2-6.redis.${svc}`, 'A', ['10.244.2.6']],
    [`redis-2.redis.${svc}`, 'A', 'NXDOMAIN'],
    [`redis-0.redis.${svc}`, 'AAAA', 'NOERROR'],
    [`peers.${svc}`, 'A', ['10.244.1.8']],
    [`_http._tcp.web.${svc}`, 'SRV', [{ priority: 0, weight: 100, port: 80, target: `web.${svc}` }]],
    [`_dns._udp.web.${svc}`, 'SRV', [{ priority: 0, weight: 100, port: 53, target: `web.${svc}` }]],
    [`_dns._tcp.web.${svc}`, 'SRV', 'NXDOMAIN'],
    [
      `_http._tcp.redis.${svc}`,
      'SRV',
      [
        { priority: 0, weight: 50, port: 6379, target: `redis-0.redis.${svc}` },
        { priority: 0, weight: 50, port: 6380, target: `10-244-2-6.redis.${svc}` },
      ],
    ],
    ['10-244-3-4.default.pod.cluster.local', 'A', ['10.244.3.4']],
    ['10-244-3-400.default.pod.cluster.local', 'A', 'NXDOMAIN'],
    ['20.0.96.10.in-addr.arpa', 'PTR', [`web.${svc}`]],
    ['5.1.244.10.in-addr.arpa', 'PTR', [`redis-0.redis.${svc}`]],
    ['9.9.244.10.in-addr.arpa', 'PTR', 'NXDOMAIN'],
    ['8.8.8.8.in-addr.arpa', 'PTR', 'foreign'],
    ['dns-version.cluster.local', 'TXT', ['1.1.0']],
    ['cluster.local', 'A', 'NOERROR'],
    ['default.svc.cluster.local', 'A', 'NOERROR'],
    ['nowhere.svc.cluster.local', 'A', 'NXDOMAIN'],
    ['example.com', 'A', 'foreign'],
    ['notcluster.local', 'A', 'foreign'],
    [`outside.${svc}`, 'A', 'alias'],
  ];
  for (const [name, type, expected] of cases) {
    it(`answers ${type} ${name}`, () => {
      expect(dataOf(ask(name, type))).to.deep.equal(expected);
    });
  }

  it('says with SOA how long a "no" may be kept', () => {
    const answer = ask(`nobody.${svc}`);
    expect(answer.kind === 'reply' && answer.reply.authorities[0]).to.include({ type: 'SOA', name: 'cluster.local', ttl: 5 });
  });

  it('adds the addresses of the targets of SRV records', () => {
    const answer = ask(`_http._tcp.redis.${svc}`, 'SRV');
    const additionals = answer.kind === 'reply' ? answer.reply.additionals : [];
    expect(additionals.map((record) => (record as { data: unknown }).data)).to.deep.equal(['10.244.1.5', '10.244.2.6']);
  });
});
