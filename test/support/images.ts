import { execFile } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import { pack } from 'tar-stream';

const run = promisify(execFile);
const busyboxFile = '/bin/busybox';

export type TestImage = 'busybox';

/**
 * An image for tests, made on this machine: no registry is needed. Made once an engine.
 * @returns its reference
 */
export async function ensureTestImage(name: TestImage, docker = new Docker()): Promise<string> {
  const reference = `longshore-test/${name}:1`;
  const images = await docker.listImages({ filters: JSON.stringify({ reference: [reference] }) });
  if (images.length > 0) return reference;
  await ensureBusybox();
  const { stdout } = await run(busyboxFile, ['--list']);
  const archive = pack();
  archive.entry({ name: 'bin/busybox', mode: 0o755 }, await readFile(busyboxFile));
  for (const applet of stdout.trim().split('\n')) {
    if (applet !== 'busybox') archive.entry({ name: `bin/${applet}`, type: 'symlink', linkname: 'busybox' });
  }
  for (const directory of ['tmp/', 'etc/', 'proc/', 'sys/', 'dev/', 'root/']) {
    archive.entry({ name: directory, type: 'directory', mode: directory === 'tmp/' ? 0o1777 : 0o755 });
  }
  archive.entry({ name: 'etc/passwd' }, 'root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/tmp:/bin/sh\n');
  archive.entry({ name: 'etc/group' }, 'root:x:0:\napp:x:1000:\n');
  archive.finalize();
  const [repo, tag] = reference.split(':');
  const answer = await docker.importImage(Readable.from(archive), { repo, tag, changes: ['CMD ["/bin/sh"]'] });
  let said = '';
  for await (const chunk of answer) said += String(chunk);
  if (said.includes('"error"')) throw new Error(`the engine did not import ${reference}: ${said}`);
  return reference;
}

/** Debian's busybox-static, installed when the machine lacks a static busybox. */
async function ensureBusybox(): Promise<void> {
  try {
    await access(busyboxFile);
  } catch {
    await run('apt-get', ['update', '-qq']);
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'busybox-static']);
  }
}
