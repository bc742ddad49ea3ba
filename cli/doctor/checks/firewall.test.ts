import { expect } from 'chai';

import { droppingChainsOf, type FirewallReading, judgeFirewall } from './firewall.js';
import { describeJudgement } from './judgement-cases.js';

const docker = '-P INPUT ACCEPT\n-P FORWARD DROP\n-N DOCKER-USER\n-A FORWARD -j DOCKER-USER\n';
const reading = (fields: Partial<FirewallReading>): FirewallReading => ({
  roles: ['server', 'agent'],
  clusterCidr: '10.244.0.0/16',
  openPorts: [6443, 6444],
  ufw: false,
  firewalld: false,
  iptables: docker,
  droppingChains: [],
  ...fields,
});

describeJudgement('firewall', judgeFirewall, [
  { of: 'a machine with Docker', reading: reading({}), says: [['ok']] },
  { of: 'a machine without iptables', reading: reading({ iptables: '' }), says: [['ok']] },
  {
    of: 'ufw on a server',
    reading: reading({ roles: ['server'], ufw: true }),
    says: [['warning', 'ufw allow 6443,6444/tcp']],
  },
  {
    of: 'ufw on an agent',
    reading: reading({ roles: ['agent'], ufw: true }),
    says: [['warning', 'ufw allow from 10.244.0.0/16 && ufw route allow from 10.244.0.0/16']],
  },
  {
    of: 'firewalld',
    reading: reading({ firewalld: true }),
    says: [['warning', '--add-port=6443/tcp', '--add-source=10.244.0.0/16', '--reload']],
  },
  {
    of: 'a dropped FORWARD without the chain of Docker',
    reading: reading({ iptables: '-P FORWARD DROP\n' }),
    says: [['failure', 'DOCKER-USER', 'systemctl restart docker']],
  },
  {
    of: 'a dropped INPUT on a server',
    reading: reading({ roles: ['server'], iptables: '-P INPUT DROP\n' }),
    says: [['warning', '--dports 6443,6444']],
  },
  {
    of: 'a dropped INPUT on an agent, which needs no open port',
    reading: reading({ roles: ['agent'], iptables: `${docker}-P INPUT DROP\n` }),
    says: [['ok']],
  },
  {
    of: 'chains of the administrator',
    reading: reading({
      droppingChains: [
        { table: 'inet filter', chain: 'forward', hook: 'forward' },
        { table: 'inet filter', chain: 'input', hook: 'input' },
      ],
    }),
    says: [
      ['warning', 'inet filter forward', 'ip saddr 10.244.0.0/16 accept'],
      ['warning', 'inet filter input', 'tcp dport { 6443, 6444 } accept'],
    ],
  },
]);

describe('droppingChainsOf', () => {
  it('tells chains that drop from those that do not, and leaves iptables out', () => {
    const chain = (table: string, family: string, policy?: string): object => ({
      chain: { family, table, name: 'forward', handle: 1, type: 'filter', hook: 'forward', prio: 0, ...(policy && { policy }) },
    });
    const listing = JSON.stringify({
      nftables: [
        { metainfo: {} },
        chain('filter', 'ip', 'drop'),
        chain('filter', 'inet', 'drop'),
        chain('mine', 'ip', 'accept'),
        chain('none', 'inet'),
      ],
    });
    expect(droppingChainsOf(listing)).to.deep.equal([{ table: 'inet filter', chain: 'forward', hook: 'forward' }]);
    expect(droppingChainsOf('')).to.deep.equal([]);
  });
});
