import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { LongshoreError } from '../errors/errors.js';
import { accessOfContext } from './kubeconfig/access-of-context.js';
import { kubeconfigFiles, loadKubeconfigs, readKubeconfig } from './kubeconfig.js';

const pem = (text: string): string => `-----BEGIN ${text}-----\n`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

const whole = `
current-context: main
contexts:
- { name: main, context: { cluster: one, user: alice, namespace: web } }
- { name: token, context: { cluster: two, user: bob } }
clusters:
- { name: one, cluster: { server: 'https://one:6443', certificate-authority-data: ${base64(pem('CA'))} } }
- { name: two, cluster: { server: 'https://two:6443', insecure-skip-tls-verify: true, tls-server-name: api } }
users:
- { name: alice, user: { client-certificate: alice.pem, client-key: keys/alice.key } }
- { name: bob, user: { token: secret } }
`;

describe('Kubeconfig', () => {
  let dir: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'longshore-kubeconfig-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  async function file(name: string, content: string): Promise<string> {
    const path = join(dir, name);
    await writeFile(path, content);
    return path;
  }

  async function refusal(content: string, context?: string): Promise<string> {
    const path = await file('config', content);
    const thrown = await readKubeconfig(path, { context }).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(thrown).to.be.instanceOf(LongshoreError);
    return (thrown as LongshoreError).message.replaceAll(path, 'FILE').replaceAll(dir, 'DIR');
  }

  it('reads inline data and files beside the kubeconfig', async () => {
    await file('alice.pem', pem('CERTIFICATE'));
    const path = await file('config', whole.replace('keys/', ''));
    await file('alice.key', pem('PRIVATE KEY'));
    expect(await readKubeconfig(path)).to.deep.include({
      server: 'https://one:6443',
      ca: pem('CA'),
      certificate: pem('CERTIFICATE'),
      privateKey: pem('PRIVATE KEY'),
      namespace: 'web',
    });
  });

  it('reads the context that is asked for', async () => {
    const path = await file('config', whole);
    expect(await readKubeconfig(path, { context: 'token' })).to.deep.include({
      server: 'https://two:6443',
      token: 'secret',
      insecureSkipTlsVerify: true,
      tlsServerName: 'api',
    });
  });

  it('merges files as kubectl does: the first that says something wins', async () => {
    const first = await file('first', 'contexts:\n- { name: main, context: { cluster: two, user: bob } }\n');
    const second = await file('second', whole);
    const config = await loadKubeconfigs([join(dir, 'absent'), first, second]);
    expect(config?.files).to.deep.equal([first, second]);
    expect(await accessOfContext(config!)).to.include({ server: 'https://two:6443', token: 'secret' });
    expect(await loadKubeconfigs([join(dir, 'absent')])).to.equal(undefined);
    expect(kubeconfigFiles('/a::/b:/a')).to.deep.equal(['/a', '/b']);
  });

  const broken: [what: string, content: string, message: string][] = [
    ['text that is no YAML', 'clusters: [', 'kubeconfig FILE: Flow sequence in block collection must be'],
    ['a list of the wrong type', 'clusters: 5', 'kubeconfig FILE: clusters must be a list'],
    ['a field of the wrong type', whole.replace("'https://one:6443'", '5'), 'clusters[0].cluster.server must be text'],
    ['an entry without a name', 'users:\n- { user: {} }', 'kubeconfig FILE: users[0].name must be text'],
    [
      'no current context',
      whole.replace('current-context: main', ''),
      'no current-context is set; it has the contexts main, token',
    ],
    [
      'a missing cluster',
      whole.replace('name: one,', 'name: other,'),
      'context "main" names the cluster "one", which is not there',
    ],
    [
      'a server that is no URL',
      whole.replace('https://one:6443', 'one'),
      'cluster "one" has the server "one": it must read https://HOST:PORT',
    ],
    [
      'data that is no certificate',
      whole.replace(base64(pem('CA')), '????'),
      'a certificate-authority-data that is not base64 of PEM',
    ],
    ['a missing file', whole, 'user "alice" has the client-certificate DIR/alice.pem, which cannot be read: ENOENT'],
  ];
  for (const [what, content, message] of broken) {
    it(`refuses ${what}`, async () => expect(await refusal(content)).to.contain(message));
  }

  it('refuses what it cannot do only where it is used', async () => {
    const content = whole.replace('{ token: secret }', '{ exec: { command: helper } }');
    expect(await refusal(content, 'token')).to.equal(
      'kubeconfig FILE: user "bob" has exec: Longshore runs no credential plugins: use token, tokenFile or client-certificate',
    );
    expect(await refusal(content, 'tokn')).to.equal('kubeconfig FILE has no context "tokn"; did you mean "token"?');
  });

  it('says that there is no file', async () => {
    const thrown = await readKubeconfig(join(dir, 'absent')).catch((error: unknown) => error);
    expect(thrown).to.include({ code: 'NotFound', message: `there is no kubeconfig ${join(dir, 'absent')}` });
  });
});
