import { expect } from 'chai';

import type { Machines } from './machines.js';

/** How machines come into the cluster, and how they do not. */
export function joinsSuite(machines: Machines): void {
  /** What becomes of an agent that near starts beside others, each with its own files and ports. */
  const refusal = (number: number, token: string, ...flags: string[]) => {
    const ports = ['--health-port', '--kubelet-health-port', '--kube-proxy-health-port'];
    const own = ports.flatMap((flag, index) => [flag, String(20_000 + 10 * number + index)]);
    const place = ['--state-dir', `/var/lib/longshore/refused-${number}`, ...own];
    return machines.host('near').attemptLongshore('agent', ...machines.agentFlags('near'), ...place, '--token', token, ...flags);
  };

  describe('joining', () => {
    it('waits for a control plane that is not there yet, and says so', async () => {
      machines.startAgent('far', '--token-file', '/root/token');
      await machines.host('far').run('bash', '-c', `echo ${unknownToken()} > /root/token`);
      await machines.eventually('readyz says what is missing', async () =>
        /cannot be reached/.test((await machines.readyz('far')) ?? ''),
      );
      await machines.host('far').kill('SIGTERM', 'longshore.js agent');
    });

    it('starts a control plane that finds out its own address', async () => {
      machines.startControlPlane();
      await machines.eventually('the control plane is ready', async () =>
        (await machines.host('control').log('control-plane')).includes('control plane is ready'),
      );
      const log = await machines.host('control').log('control-plane');
      expect(log).to.include('API         https://10.77.27.1:6443').and.include('node plane  https://10.77.27.1:6444');
      await machines.host('control').longshore('kubeconfig', '--merge');
      expect(await machines.kubectl('config', 'view')).to.include('https://10.77.27.1:6443');
    });

    it('lets machines in over a slow link that loses packets, and from behind NAT', async () => {
      const token = await machines.newToken();
      machines.startAgent('far', '--token', token);
      machines.startAgent('natted', '--token', token);
      await machines.nodesReady('far', 'natted');
      const address = (await machines.node('natted')).status?.addresses?.find(({ type }) => type === 'InternalIP');
      expect(address?.address).to.equal('10.77.155.4');
    });

    it('refuses an expired token, the token of another cluster and the name of a live node, each with what to do', async () => {
      const [id = '', secret = ''] = (await machines.newToken()).split('.');
      const [expired, foreign, taken] = await Promise.all([
        expiredToken(machines).then((token) => refusal(1, token)),
        refusal(2, `${id}.${secret}.${'0'.repeat(64)}`),
        machines.newToken().then((token) => refusal(3, token, '--node-name', 'natted')),
      ]);
      expect(expired.code).to.equal(1);
      expect(expired.stderr).to.match(/longshore agent: .* cannot join: the join token expired at 20.*"longshore token create"/);
      expect(foreign.code).to.equal(1);
      expect(foreign.stderr).to.include('another certificate authority').and.include('the token is of another cluster');
      expect(taken.code).to.equal(4);
      expect(taken.stderr).to.include('a live node is named natted').and.include('--node-name');
    });

    it('lets the refused machine in with a token that is good', async () => {
      machines.startAgent('near', '--token', await machines.newToken());
      await machines.nodesReady('near');
      await machines.agentReady('near');
    });
  });
}

async function expiredToken(machines: Machines): Promise<string> {
  const token = await machines.newToken('--ttl', '1s');
  return machines.eventually('the token has expired', async () => {
    const { stdout } = await machines.host('control').attemptLongshore('token', 'list', '-o', 'json');
    const listed = (JSON.parse(stdout) as { id: string; expiresAt: string }[]).find(({ id }) => token.startsWith(id));
    return listed !== undefined && Date.parse(listed.expiresAt) < Date.now() && token;
  });
}

function unknownToken(): string {
  return `abcdef.0123456789abcdef.${'1'.repeat(64)}`;
}
