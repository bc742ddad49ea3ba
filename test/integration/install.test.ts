import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect } from 'chai';

const run = promisify(execFile);
const longshore = new URL('../../bin/longshore.js', import.meta.url).pathname;
const token = `abcdef.0123456789abcdef.${'0'.repeat(64)}`;

/**
 * A mount namespace in which /etc, /var/lib/longshore may be changed and nothing of it stays;
 * there is no systemd in it. Sections of the output end with a line "--".
 */
async function onMachine(script: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-install-'));
  const setUp = `
    set -e
    mkdir -p ${folder}/upper ${folder}/work
    mount -t overlay overlay -o lowerdir=/etc,upperdir=${folder}/upper,workdir=${folder}/work /etc
    mkdir -p /var/lib/longshore && mount -t tmpfs tmpfs /var/lib/longshore
    mkdir -p /run/systemd && mount -t tmpfs tmpfs /run/systemd
    longshore() { "${process.execPath}" "${longshore}" "$@"; }
    end() { echo --; }
  `;
  try {
    const { stdout } = await run('unshare', ['--mount', 'bash', '-c', `${setUp}\n${script}`], { timeout: 60_000 });
    return stdout.split('--\n').map((section) => section.trim());
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe('longshore install on a machine without systemd', function () {
  this.timeout(60_000);

  it('writes files, says what to run, changes nothing when repeated, and takes it all off again', async () => {
    const [first, files, again, changed, refused, left, gone] = await onMachine(
      `
      longshore install agent --ignore-doctor --join 127.0.0.1:1 --token ${token} --node-name lsi-1 2>/dev/null; end
      (cd / && stat -c '%a %n' etc/longshore/* etc/systemd/system/longshore*; cat etc/longshore/agent.yaml); end
      mark=$(mktemp)
      longshore install agent --ignore-doctor --token ${token} 2>/dev/null >&2
      find /etc/longshore /etc/systemd/system -name 'longshore*' -newer $mark; rm $mark; end
      longshore install agent --ignore-doctor --node-labels zone=a 2>/dev/null >&2; grep zone /etc/longshore/agent.yaml; end
      rm /etc/longshore/join-token; longshore install agent --ignore-doctor 2>&1 || echo "status $?"; end
      longshore uninstall --role agent 2>/dev/null; find /etc/longshore /var/lib/longshore /etc/systemd/system -mindepth 1 -path '*longshore*' 2>/dev/null || true; end
      longshore uninstall 2>&1 || echo "status $?"`,
    );
    expect(first).to.contain('There is no systemd here').and.to.contain('longshore agent --config /etc/longshore/agent.yaml');
    expect(files?.split('\n')).to.include.members([
      '600 etc/longshore/join-token',
      '644 etc/longshore/agent.yaml',
      '644 etc/systemd/system/longshore-kubelet-agent.service',
      '644 etc/systemd/system/longshore-kube-proxy.service',
      '644 etc/systemd/system/longshore-agent.target',
      'join: 127.0.0.1:1',
      'nodeName: lsi-1',
    ]);
    expect(files).not.to.contain(token);
    expect(again).to.equal('');
    expect(changed).to.equal('nodeLabels: { zone: a }');
    expect(refused).to.contain('--token is required to join').and.to.contain('status 2');
    expect(left).to.equal('');
    expect(gone).to.contain('nothing of that is installed').and.to.contain('status 3');
  });

  it('makes a control plane that a user of its own can run', async () => {
    const [said, user, kept] = await onMachine(
      `
      longshore install server --ignore-doctor --advertise-address 127.0.0.1 2>/dev/null; end
      stat -c '%U %a' /var/lib/longshore/control-plane; getent passwd longshore | cut -d: -f7; end
      longshore uninstall --keep-data 2>&1; ls -d /var/lib/longshore/control-plane`,
    );
    expect(said).to.contain('longshore control-plane --config /etc/longshore/control-plane.yaml');
    expect(user).to.equal('longshore 700\n/usr/sbin/nologin');
    expect(kept).to.contain('its state stays in /var/lib/longshore/control-plane');
  });
});
