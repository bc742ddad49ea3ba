import { describeJudgement } from './judgement-cases.js';
import { judgePrograms } from './programs.js';

const all = ['nft', 'ip', 'iptables', 'mount', 'umount', 'conntrack'];
const allBut = (...missing: string[]): Set<string> => new Set(all.filter((name) => !missing.includes(name)));

describeJudgement('programs', judgePrograms, [
  { of: 'a machine that has all', reading: allBut(), says: [['ok']] },
  {
    of: 'no nft and no iptables',
    reading: allBut('nft', 'iptables'),
    says: [['failure', 'nft, iptables', 'apt-get install nftables iptables']],
  },
  { of: 'no conntrack', reading: allBut('conntrack'), says: [['warning', 'apt-get install conntrack']] },
  { of: 'a bare machine', reading: new Set(), says: [['failure', 'iproute2'], ['warning']] },
]);
