import { describeJudgement } from './judgement-cases.js';
import { judgeNodeVersion } from './node-version.js';

describeJudgement('node-version', judgeNodeVersion, [
  { of: 'the oldest that serves', reading: '20.19.0', says: [['ok', '20.19.0']] },
  { of: 'a newer major', reading: '24.0.1', says: [['ok']] },
  { of: 'an older minor', reading: '20.18.3', says: [['failure', 'too old', '20.19']] },
  { of: 'an older major', reading: '18.20.0', says: [['failure']] },
]);
