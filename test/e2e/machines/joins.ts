import { expect } from 'chai';

import type { Machines } from './machines.js';

/** How machines come into the cluster, and how they do not. */
export function joinsSuite(machines: Machines): void {
  const refusal = (name: string, token: string, ...flags: string[]) =>
    machines.host(name).attemptLongshore('agent', ...machines.agentFlags(name), '--token', token, ...flags);

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

    it('refuses an expired token, and says how to get a new one', async () => {
      const token = await machines.newToken('--ttl', '1s');
      const expired = await machines.eventually('the token has expired', async () => {
        const { stdout } = await machines.host('control').attemptLongshore('token', 'list', '-o', 'json');
        const listed = (JSON.parse(stdout) as { id: string; expiresAt: string }[]).find(({ id }) => token.startsWith(id));
        return listed ? Date.parse(listed.expiresAt) < Date.now() && listed : false;
      });
      const { code, stderr } = await refusal('near', token);
      expect(code).to.equal(1);
      expect(stderr).to.include(`the join token expired at ${expired.expiresAt}`).and.include('longshore token create');
    });

    it('refuses the token of another cluster, and says why', async () => {
      const [id = '', secret = ''] = (await machines.newToken()).split('.');
      const { code, stderr } = await refusal('near', `${id}.${secret}.${'0'.repeat(64)}`);
      expect(code).to.equal(1);
      expect(stderr).to.include('another certificate authority').and.include('the token is of another cluster');
    });

    it('refuses the name of a live node', async () => {
      const { code, stderr } = await refusal('near', await machines.newToken(), '--node-name', 'natted');
      expect(code).to.equal(4);
      expect(stderr).to.include('a live node is named natted').and.include('--node-name');
    });

    it('lets the refused machine in with a token that is good', async () => {
      machines.startAgent('near', '--token', await machines.newToken());
      await machines.nodesReady('near');
      await machines.agentReady('near');
    });
  });
}

function unknownToken(): string {
  return `abcdef.0123456789abcdef.${'1'.repeat(64)}`;
}
