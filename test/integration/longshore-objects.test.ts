import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect } from 'chai';
import { parse } from 'yaml';

import { kubectlOnPath, kubectlWith, type Kubectl } from '../support/kubectl.js';
import { eventually } from '../support/local-cluster.js';
import { LongshoreCommand } from '../support/longshore-command.js';
import { startTestApi, type TestApi } from '../support/test-api.js';

const run = promisify(execFile);

const pod = (name: string, labels: Record<string, string> = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', labels },
  spec: { containers: [{ name: 'main', image: 'main:1' }] },
});

const web = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, labels: { app: web } }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: 'web:1' }] }
---
apiVersion: v1
kind: Service
metadata: { name: web, labels: { app: web } }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }] }
`;

describe('longshore on objects', function () {
  this.timeout(60_000);
  let api: TestApi;
  let kubectl: Kubectl;
  let longshore: LongshoreCommand;
  let home: string;

  before(async () => {
    api = await startTestApi();
    home = await mkdtemp(join(tmpdir(), 'longshore-command-'));
    const kubeconfig = await api.kubeconfig();
    kubectl = kubectlWith({ binary: kubectlOnPath, kubeconfig, home });
    longshore = new LongshoreCommand({ kubeconfig, home });
    await longshore.ok('apply -f -', web);
    for (const name of ['one', 'two']) await api.resources.client('pods').create(pod(name, { app: name }) as never);
  });
  afterEach(() => longshore.stop());
  after(async () => {
    await api.close();
    await rm(home, { recursive: true, force: true });
  });

  describe('get', () => {
    const sameAsKubectl = [
      'get pods',
      'get pods,deploy,svc',
      'get deployment/web service/web',
      'get all',
      'get pods -A -o wide',
      'get pods -l app=one --show-labels',
      'get pods --field-selector metadata.name=two --no-headers',
      'get pods one two',
      'get deploy web -o json',
      'get pods -o name',
      'get pods,svc -o json',
      'get nodes',
      'get pods -n kube-public',
    ];
    for (const line of sameAsKubectl) {
      it(`prints what kubectl prints: ${line}`, async () => {
        const [ours, theirs] = await Promise.all([longshore.run(line), kubectl.run(line.split(' '))]);
        const ages = (text: string): string => text.replace(/\b\d+s\b( *)/g, 'AGE$1');
        expect(ages(ours.stdout)).to.equal(ages(theirs.stdout));
        expect(ours.stderr).to.equal(theirs.stderr);
        expect(ours.code).to.equal(0);
      });
    }

    it('prints YAML that means the same as kubectl’s', async () => {
      const [ours, theirs] = await Promise.all([
        longshore.ok('get deploy web -o yaml'),
        kubectl.ok(['get', 'deploy', 'web', '-o', 'yaml']),
      ]);
      expect(parse(ours, { version: '1.1' })).to.deep.equal(parse(theirs, { version: '1.1' }));
    });

    it('shows what it finds, and fails for what it does not', async () => {
      const { code, stdout, stderr } = await longshore.run('get pods one absent');
      expect(stdout).to.match(/^NAME .*\none /);
      expect(stderr).to.equal('longshore: pods "absent" not found\n');
      expect(code).to.equal(3);
    });

    it('follows changes until Ctrl-C, which ends it with 130', async () => {
      const watching = longshore.start('get pods -w -l app=watched');
      let output = '';
      watching.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
      await api.resources.client('pods').create(pod('watched', { app: 'watched' }) as never);
      await eventually('the new pod is shown', 10_000, async () => /^NAME .*\nwatched /.test(output) || output);
      await kubectl.ok(['label', 'pod', 'watched', 'step=two']);
      await eventually('and its change', 5_000, async () => output.split('\n').length >= 4 || output);
      watching.kill('SIGINT');
      expect(await once(watching, 'close')).to.deep.equal([130, null]);
    });

    it('does not mind that nobody reads on', async () => {
      const { stdout } = await run(
        'bash',
        ['-c', `set -o pipefail; "${process.execPath}" bin/longshore.js get pods -o yaml | head -n 1`],
        {
          env: { ...process.env, KUBECONFIG: await api.kubeconfig() },
        },
      );
      expect(stdout).to.equal('apiVersion: v1\n');
    });
  });

  describe('apply', () => {
    it('says what became of each object, and leaves alone what is as it should be', async () => {
      expect(await longshore.ok('apply -f -', web)).to.equal('deployment.apps/web unchanged\nservice/web unchanged\n');
      expect(await kubectl.ok(['apply', '-f', '-'], { stdin: web })).to.equal(
        'deployment.apps/web unchanged\nservice/web unchanged\n',
      );
      expect(await longshore.ok('apply -f - --dry-run=server', web.replace('replicas: 2', 'replicas: 3'))).to.equal(
        'deployment.apps/web configured (server dry run)\nservice/web unchanged (server dry run)\n',
      );
      expect(await longshore.ok('apply -f - --dry-run=client -o name', web)).to.equal('deployment.apps/web\nservice/web\n');
    });

    it('reads folders, deeper ones when asked, and Lists', async () => {
      const folder = join(home, 'manifests');
      await mkdir(join(folder, 'deeper'), { recursive: true });
      await writeFile(join(folder, 'a.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n');
      await writeFile(join(folder, 'note.txt'), 'not a manifest');
      const items = ['b', 'c'].map((name) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } }));
      await writeFile(join(folder, 'deeper', 'b.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
      expect(await longshore.ok(`apply -f ${folder}`)).to.equal('configmap/a created\n');
      expect(await longshore.ok(`apply -R -f ${folder}`)).to.equal(
        'configmap/a unchanged\nconfigmap/b created\nconfigmap/c created\n',
      );
      expect(await longshore.ok(`delete -R -f ${folder}`)).to.equal(
        'configmap "a" deleted\nconfigmap "b" deleted\nconfigmap "c" deleted\n',
      );
    });

    it('goes on after an object that is refused, and tells of it', async () => {
      const both = web.replace('replicas: 2', 'replicas: many');
      const { code, stdout, stderr } = await longshore.run('apply -f -', { stdin: both });
      expect(stdout).to.equal('service/web unchanged\n');
      expect(stderr).to.contain('spec.replicas');
      expect(code).to.equal(2);
    });

    it('names the file and the line of what it cannot read', async () => {
      const { code, stderr } = await longshore.run('apply -f -', { stdin: 'kind: [Pod\nmetadata' });
      expect(code).to.equal(2);
      expect(stderr).to.match(/^longshore: standard input: .* at line \d/);
    });
  });

  describe('delete', () => {
    it('waits until objects are gone', async () => {
      await longshore.ok(
        'apply -f -',
        JSON.stringify({
          apiVersion: 'v1',
          kind: 'List',
          items: [pod('gone-1', { set: 'gone' }), pod('gone-2', { set: 'gone' })],
        }),
      );
      expect(await longshore.ok('delete pods -l set=gone')).to.equal('pod "gone-1" deleted\npod "gone-2" deleted\n');
      expect(await longshore.ok('get pods -l set=gone -o name')).to.equal('');
    });

    it('asks for a choice before it deletes everything', async () => {
      const { code, stderr } = await longshore.run('delete pods');
      expect(code).to.equal(2);
      expect(stderr).to.equal('longshore: say which pods: names, -l SELECTOR or --all\n');
    });

    it('fails for what is not there, unless told not to', async () => {
      expect((await longshore.run('delete pod absent')).code).to.equal(3);
      expect((await longshore.run('delete pod absent --ignore-not-found')).code).to.equal(0);
    });

    it('tells what holds an object when its time is over', async () => {
      await longshore.ok(
        'apply -f -',
        JSON.stringify({ ...pod('held'), metadata: { name: 'held', finalizers: ['example.com/hold'] } }),
      );
      const { code, stderr } = await longshore.run('delete pod held --timeout 1s');
      expect(code).to.equal(5);
      expect(stderr).to.match(/pod\/held is not deleted after 1 s: it is being deleted since .*; finalizers: example\.com\/hold/);
      await kubectl.ok(['patch', 'pod', 'held', '-p', '{"metadata":{"finalizers":null}}']);
    });
  });

  describe('exit codes', () => {
    const cases: [line: string, code: number, says: string][] = [
      ['get pod absent', 3, 'pods "absent" not found'],
      ['get podz', 3, 'did you mean "pods"?'],
      ['get', 2, "missing required argument 'what'"],
      ['gte pods', 2, '(Did you mean get?)'],
      ['get pods --selecter a=b', 2, '(Did you mean --selector?)'],
      ['get pods -o xml', 2, 'Allowed choices are json, yaml, wide, name'],
      ['get pods --context absent', 3, 'has no context "absent"'],
      ['get pods one -l app=one', 2, 'do not go together'],
    ];
    for (const [line, code, says] of cases) {
      it(`longshore ${line} ends with ${code}`, async () => {
        const result = await longshore.run(line);
        expect(result.stderr).to.contain(says);
        expect(result.code).to.equal(code);
      });
    }

    it('a server that is away is 5, and no kubeconfig at all is 3 with every place that was looked at', async () => {
      const away = join(home, 'away');
      await writeFile(
        away,
        'current-context: a\ncontexts: [{ name: a, context: { cluster: a } }]\nclusters: [{ name: a, cluster: { server: "https://127.0.0.1:1" } }]\n',
      );
      expect((await longshore.run(`get pods --kubeconfig ${away}`)).code).to.equal(5);
      const { code, stderr } = await longshore.run('get pods', { env: { KUBECONFIG: '' } });
      expect(code).to.equal(3);
      for (const place of ['--kubeconfig', 'KUBECONFIG', '.kube/config', home, '/var/lib/longshore/control-plane'])
        expect(stderr).to.contain(place);
    });
  });

  it('tells the versions, for people and for programs', async () => {
    expect(await longshore.ok('version')).to.match(/^longshore +\d.*\nserver +v1\.36/);
    expect(JSON.parse(await longshore.ok('version -o json'))).to.have.nested.property('server.url', api.url);
  });

  it('colours only for a terminal, or when it is told to', async () => {
    const escape = String.fromCharCode(27);
    expect((await longshore.run('get pod absent')).stderr).not.to.contain(escape);
    expect((await longshore.run('get pod absent', { env: { FORCE_COLOR: '1' } })).stderr).to.contain(escape);
    expect((await longshore.run('get pod absent --no-color', { env: { FORCE_COLOR: '1' } })).stderr).not.to.contain(escape);
  });

  describe('completion', () => {
    let bin: string;

    before(async () => {
      bin = join(home, 'bin');
      await mkdir(bin);
      await symlink(new URL('../../bin/longshore.js', import.meta.url).pathname, join(bin, 'longshore'));
    });

    const bash = async (line: string): Promise<string[]> => {
      const script = `
        source <(longshore completion bash)
        COMP_LINE=$1 COMP_POINT=\${#1}
        read -ra COMP_WORDS <<< "\${1//=/ = }"
        [[ "$1" == *" " ]] && COMP_WORDS+=("")
        COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
        _longshore 2>/dev/null
        printf '%s\\n' "\${COMPREPLY[@]}"`;
      const env = { PATH: `${bin}:${process.env.PATH ?? ''}`, KUBECONFIG: await api.kubeconfig(), HOME: home };
      return (await run('bash', ['-c', script, 'bash', line], { env })).stdout.trim().split('\n');
    };

    const cases: [line: string, candidates: string[]][] = [
      ['longshore desc', ['describe']],
      ['longshore get deplo', ['deployments']],
      ['longshore get pods,servi', ['pods,services', 'pods,serviceaccounts']],
      ['longshore get pods o', ['one']],
      ['longshore get pod/tw', ['pod/two']],
      ['longshore logs on', ['one']],
      ['longshore get pods -n kube-p', ['kube-public']],
      ['longshore get --output=j', ['json']],
      ['longshore delete --casc', ['--cascade']],
      ['longshore logs one -c ', ['main']],
      ['longshore completion ', ['bash', 'zsh', 'fish']],
    ];
    for (const [line, candidates] of cases) {
      it(`of "${line}" in bash`, async () => expect(await bash(line)).to.have.members(candidates));
    }

    it('has scripts that zsh and fish can read', async () => {
      for (const shell of ['zsh', 'fish']) {
        const file = join(home, `completion.${shell}`);
        await writeFile(file, await longshore.ok(`completion ${shell}`));
        await run(shell, ['-n', file]);
      }
    });
  });
});
