import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type Docker from 'dockerode';

const run = promisify(execFile);

/** The one user of a test registry. */
export const registryLogin = { username: 'tester', password: 'longshore-test' };
/** bcrypt of that password. */
const passwordHash = '$2y$05$abcdefghijklmnopqrstuui0aPV8.fD2Jd1jVoSVdY9XXTY08IuWW';

export interface TestRegistry {
  /** For example "127.0.0.1:40123"; Docker trusts it without TLS. */
  address: string;
  /** Pushes a local image. @returns its reference in this registry */
  push(docker: Docker, image: string, name: string): Promise<string>;
  stop(): Promise<void>;
}

/** Debian's docker-registry on a free port of the loopback, for its one user only. */
export async function startTestRegistry(): Promise<TestRegistry> {
  await ensureInstalled();
  const directory = await mkdtemp(join(tmpdir(), 'longshore-registry-'));
  const address = `127.0.0.1:${await freePort()}`;
  const config = {
    version: '0.1',
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(directory, 'data') } },
    http: { addr: address },
    auth: { htpasswd: { realm: 'test', path: join(directory, 'htpasswd') } },
  };
  await writeFile(join(directory, 'htpasswd'), `${registryLogin.username}:${passwordHash}\n`);
  // JSON is YAML.
  await writeFile(join(directory, 'config.yml'), JSON.stringify(config));
  const child = spawn('docker-registry', ['serve', join(directory, 'config.yml')], { stdio: 'ignore' });
  await untilAnswering(`http://${address}/v2/`);
  return {
    address,
    push: async (docker, image, name) => {
      const repo = `${address}/${name}`;
      await docker.getImage(image).tag({ repo, tag: '1' });
      const progress = await docker.getImage(`${repo}:1`).push({ authconfig: { ...registryLogin, serveraddress: address } });
      let said = '';
      for await (const chunk of progress) said += String(chunk);
      if (said.includes('"error"')) throw new Error(`push of ${repo} failed: ${said}`);
      await docker.getImage(`${repo}:1`).remove();
      return `${repo}:1`;
    },
    stop: async () => {
      const exited = once(child, 'exit');
      if (child.kill()) await exited;
      await rm(directory, { recursive: true });
    },
  };
}

async function ensureInstalled(): Promise<void> {
  try {
    await run('docker-registry', ['--version']);
  } catch {
    await run('apt-get', ['update', '-qq']);
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'docker-registry']);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function untilAnswering(url: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer) return;
    await sleep(50);
  }
  throw new Error(`${url} does not answer`);
}
