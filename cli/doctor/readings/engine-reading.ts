import { request } from 'node:http';

const timeoutMs = 5_000;

/** What a Docker Engine says of itself, or why it says nothing. */
export type EngineReading =
  | {
      readonly answers: true;
      readonly host: string;
      readonly version: EngineVersion;
      readonly info: EngineInfo;
      readonly networks: EngineNetwork[];
    }
  | { readonly answers: false; readonly host: string; readonly code: string; readonly message: string };

/** Of GET /version. */
export interface EngineVersion {
  readonly Version: string;
  readonly ApiVersion: string;
}

/** Of GET /info. */
export interface EngineInfo {
  readonly Driver: string;
  readonly DockerRootDir: string;
  readonly CgroupVersion?: string;
  readonly CgroupDriver?: string;
  readonly MemoryLimit?: boolean;
  readonly CpuCfsQuota?: boolean;
  readonly PidsLimit?: boolean;
  readonly SecurityOptions?: readonly string[] | null;
}

/** Of GET /networks. */
export interface EngineNetwork {
  readonly Name: string;
  readonly Id: string;
  readonly IPAM?: { readonly Config?: readonly { readonly Subnet?: string }[] | null } | null;
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly Options?: Readonly<Record<string, string>> | null;
}

/** Asks the engine at `host` (unix:///path or tcp://host:port). Never throws. */
export async function readEngine(host: string): Promise<EngineReading> {
  try {
    const [version, info, networks] = await Promise.all([
      ask<EngineVersion>(host, '/version'),
      ask<EngineInfo>(host, '/info'),
      ask<EngineNetwork[]>(host, '/networks'),
    ]);
    return { answers: true, host, version, info, networks };
  } catch (thrown) {
    const { code = '', message } = thrown as NodeJS.ErrnoException;
    return { answers: false, host, code, message };
  }
}

function ask<T>(host: string, path: string): Promise<T> {
  const target = host.startsWith('unix://')
    ? { socketPath: host.slice('unix://'.length) }
    : { host: new URL(host).hostname, port: new URL(host).port || '2375' };
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...target, path, timeout: timeoutMs, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        try {
          resolve(JSON.parse(text) as T);
        } catch (thrown) {
          reject(new Error(`it answered something that is not JSON to ${path}`, { cause: thrown }));
        }
      });
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
    outgoing.on('error', reject);
    outgoing.end();
  });
}
