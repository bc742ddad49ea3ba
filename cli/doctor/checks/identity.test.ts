import { type IdentityReading, judgeIdentity } from './identity.js';
import { describeJudgement } from './judgement-cases.js';

const held = { clusterId: 'aaaaaaaa', nodeName: 'vm-1', expiresAtMs: 2_000 };
const reading = (fields: Partial<IdentityReading>): IdentityReading => ({
  stateDir: '/s',
  nowMs: 1_000,
  held,
  tokenClusterId: undefined,
  nodeName: 'vm-1',
  ...fields,
});

describeJudgement('identity', judgeIdentity, [
  { of: 'a machine that never joined', reading: reading({ held: undefined, tokenClusterId: 'aaaaaaaa' }), says: [['ok']] },
  { of: 'a node', reading: reading({}), says: [['ok', 'vm-1', 'aaaaaaaa']] },
  { of: 'a node that joins again', reading: reading({ tokenClusterId: 'aaaaaaaa', nowMs: 3_000 }), says: [['ok']] },
  {
    of: 'a node of another cluster',
    reading: reading({ tokenClusterId: 'bbbbbbbb' }),
    says: [['failure', 'longshore uninstall']],
  },
  { of: 'a node under another name', reading: reading({ nodeName: 'vm-2' }), says: [['failure', '--node-name vm-1']] },
  { of: 'a certificate that expired', reading: reading({ nowMs: 3_000 }), says: [['warning', 'longshore token create']] },
]);
