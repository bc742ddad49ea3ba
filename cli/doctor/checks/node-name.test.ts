import { describeJudgement } from './judgement-cases.js';
import { judgeNodeName } from './node-name.js';

describeJudgement('node-name', judgeNodeName, [
  { of: 'a short name', reading: 'vm-1', says: [['ok', 'vm-1']] },
  { of: 'a name with a domain', reading: 'vm-1.example.org', says: [['ok']] },
  { of: 'what every machine is called', reading: 'localhost', says: [['failure', 'hostnamectl']] },
  { of: 'an underscore', reading: 'my_vm', says: [['failure', 'my_vm', '--node-name my-vm']] },
  { of: 'a dash at the end', reading: 'vm-', says: [['failure', '--node-name vm']] },
  { of: 'a name that is too long', reading: 'a'.repeat(254), says: [['failure']] },
]);
