import { describeJudgement } from './judgement-cases.js';
import { judgeKernel } from './kernel.js';

const good = { problems: {}, forwards: true, filtersBridges: true };

describeJudgement('kernel', judgeKernel, [
  { of: 'a kernel that has all', reading: good, says: [['ok']] },
  {
    of: 'no namespaces',
    reading: { ...good, problems: { namespace: 'not permitted', veth: 'x' } },
    says: [['failure', 'as root']],
  },
  { of: 'no NAT', reading: { ...good, problems: { nat: 'No such file' } }, says: [['failure', 'nat', 'modprobe -a nft_nat']] },
  {
    of: 'no veth and no conntrack',
    reading: { ...good, problems: { veth: 'unknown', conntrack: 'unknown' } },
    says: [
      ['failure', 'veth'],
      ['failure', 'nf_conntrack'],
    ],
  },
  { of: 'no socket match', reading: { ...good, problems: { socket: 'x' } }, says: [['warning', 'nft_socket']] },
  { of: 'no forwarding', reading: { ...good, forwards: false }, says: [['warning', 'sysctl -w net.ipv4.ip_forward=1']] },
  { of: 'no bridge netfilter', reading: { ...good, filtersBridges: false }, says: [['warning', 'modprobe br_netfilter']] },
]);
