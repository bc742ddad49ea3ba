import { describeJudgement } from './judgement-cases.js';
import { judgeNetworks, type NetworksReading } from './networks.js';

const cluster = [
  { cidr: '10.244.0.0/16', flag: '--cluster-cidr' },
  { cidr: '10.96.0.0/16', flag: '--service-cidr' },
];
const used = (cidr: string, fix?: string): NetworksReading => ({
  cluster,
  used: [
    { cidr: '192.168.1.0/24', what: 'the route by eth0' },
    { cidr: '172.17.0.0/16', what: 'Docker network bridge' },
    { cidr, what: 'x', ...(fix !== undefined && { fix }) },
  ],
});

describeJudgement('networks', judgeNetworks, [
  { of: 'networks apart', reading: used('10.95.255.0/24'), says: [['ok']] },
  {
    of: 'a network inside the pods',
    reading: used('10.244.7.0/24', 'remove it'),
    says: [['failure', '10.244.7.0/24', 'remove it', '--cluster-cidr']],
  },
  {
    of: 'a network around both',
    reading: used('10.0.0.0/8'),
    says: [
      ['failure', '--cluster-cidr'],
      ['failure', '--service-cidr'],
    ],
  },
  { of: 'an address among the services', reading: used('10.96.0.5/32'), says: [['failure', '--service-cidr']] },
]);
