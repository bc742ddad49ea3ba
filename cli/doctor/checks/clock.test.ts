import { judgeClock } from './clock.js';
import { judgeControlPlane } from './control-plane.js';
import { describeJudgement } from './judgement-cases.js';

describeJudgement('clock', judgeClock, [
  { of: 'a clock that is kept', reading: true, says: [['ok']] },
  { of: 'one that is not', reading: false, says: [['warning', 'timedatectl set-ntp true']] },
  { of: 'a machine without systemd', reading: undefined, says: [['skipped']] },
]);

const server = 'cp:6444';

describeJudgement('control-plane', judgeControlPlane, [
  { of: 'none', reading: { server: undefined }, says: [['skipped', '--join']] },
  { of: 'clocks that agree', reading: { server, aheadMs: -400 }, says: [['ok', 'agrees']] },
  { of: 'an answer without a date', reading: { server }, says: [['ok', 'answers']] },
  { of: 'clocks apart', reading: { server, aheadMs: 40_000 }, says: [['warning', '40 s ahead']] },
  {
    of: 'clocks so far apart that certificates fail',
    reading: { server, aheadMs: -400_000 },
    says: [['failure', '400 s behind', 'set-ntp']],
  },
  {
    of: 'nobody at the port',
    reading: { server, problem: 'connect ECONNREFUSED 10.0.0.1:6444' },
    says: [['failure', 'systemctl status']],
  },
  { of: 'no answer', reading: { server, problem: 'no answer within 5 s' }, says: [['failure', 'open TCP port 6444']] },
  {
    of: 'another cluster than the token names',
    reading: { server, problem: 'the control plane at cp:6444 has another certificate authority' },
    says: [['failure', 'longshore token create']],
  },
]);
