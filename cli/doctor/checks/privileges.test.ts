import { describeJudgement } from './judgement-cases.js';
import { judgePrivileges } from './privileges.js';

const all = (1n << 41n) - 1n;
const without = (bit: bigint): bigint => all & ~(1n << bit);

describeJudgement('privileges', judgePrivileges, [
  { of: 'root', reading: { uid: 0, capabilities: all }, says: [['ok']] },
  { of: 'a user', reading: { uid: 1000, capabilities: 0n }, says: [['failure', 'user 1000', 'sudo']] },
  { of: 'root without CAP_NET_ADMIN', reading: { uid: 0, capabilities: without(12n) }, says: [['failure', 'CAP_NET_ADMIN']] },
  { of: 'root without CAP_SYS_ADMIN', reading: { uid: 0, capabilities: without(21n) }, says: [['failure', 'CAP_SYS_ADMIN']] },
  {
    of: 'root without CAP_SYS_RESOURCE',
    reading: { uid: 0, capabilities: without(24n) },
    says: [['warning', 'CAP_SYS_RESOURCE']],
  },
]);
