import { expect } from 'chai';

import { type Listener, parseSockets } from '../readings/listeners.js';
import { judgeDnsPort } from './dns-port.js';
import { describeJudgement } from './judgement-cases.js';
import { judgePorts } from './ports.js';

const wanted = [{ port: 6443, purpose: 'Kubernetes API' }];
const listener = (port: number, command?: string, address = '0.0.0.0'): Listener => ({
  protocol: 'tcp',
  address,
  port,
  ...(command !== undefined && { program: { pid: 7, command } }),
});

describeJudgement('ports', judgePorts, [
  { of: 'a free port', reading: { wanted, listeners: [listener(80, 'nginx')] }, says: [['ok', '6443']] },
  {
    of: 'a port that is taken',
    reading: { wanted, listeners: [listener(6443, 'nginx')] },
    says: [['failure', 'nginx (process 7)', 'ss -ltnp']],
  },
  {
    of: 'a port that nobody can be seen at',
    reading: { wanted, listeners: [listener(6443)] },
    says: [['failure', 'another program']],
  },
  { of: 'UDP at the port', reading: { wanted, listeners: [{ ...listener(6443, 'x'), protocol: 'udp' }] }, says: [['ok']] },
  {
    of: 'Longshore itself',
    reading: {
      wanted,
      listeners: [listener(6443, 'node /usr/lib/node_modules/longshore/dist/control-plane/main.js run')],
    },
    says: [['ok', 'Longshore itself']],
  },
  {
    of: 'Longshore itself, as a service starts it',
    reading: {
      wanted,
      listeners: [
        listener(
          6443,
          '/usr/bin/node --max-semi-space-size=1 --optimize-for-size /usr/local/lib/node_modules/longshore/bin/longshore.js agent --only kube-proxy --config /etc/longshore/agent.yaml',
        ),
      ],
    },
    says: [['ok', 'Longshore itself']],
  },
]);

describeJudgement('dns-port', judgeDnsPort, [
  { of: 'no server', reading: [], says: [['ok']] },
  { of: 'a resolver on an address of its own', reading: [listener(53, 'systemd-resolved', '127.0.0.53')], says: [['ok']] },
  {
    of: 'a server on every address',
    reading: [listener(53, 'dnsmasq')],
    says: [['failure', 'dnsmasq', 'bind-interfaces']],
  },
  { of: 'a server on every address of both families', reading: [listener(53, 'named', '::')], says: [['failure', 'named']] },
]);

describe('parseSockets', () => {
  it('finds what listens, in both families', () => {
    const tcp = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 3500007F:0035 00000000:0000 0A 00000000:00000000 00:00000000 00000000   101        0 1234 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1F90 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 5678 1 0000000000000000 100 0 0 10 0
`;
    expect(parseSockets(tcp, 'tcp')).to.deep.equal([{ protocol: 'tcp', address: '127.0.0.53', port: 53, inode: '1234' }]);
    const tcp6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:192B 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 99 1 0000000000000000 100 0 0 10 0
`;
    expect(parseSockets(tcp6, 'tcp')).to.deep.equal([{ protocol: 'tcp', address: '::', port: 6443, inode: '99' }]);
  });
});
