import { readFile } from 'node:fs/promises';

import { defineCheck, failure, ok, type Verdict, warning } from '../check.js';

export interface Privileges {
  readonly uid: number;
  /** The effective capabilities, a bit each. */
  readonly capabilities: bigint;
}

/** Numbers of capabilities(7): what an agent cannot do without, and for what. */
const needed: readonly [number, string, string][] = [
  [12, 'CAP_NET_ADMIN', 'rules and routes'],
  [21, 'CAP_SYS_ADMIN', 'mounts of volumes'],
  [0, 'CAP_CHOWN', 'owners of volumes'],
  [1, 'CAP_DAC_OVERRIDE', 'files of pods'],
];
const resource = 24;

export function judgePrivileges({ uid, capabilities }: Privileges): Verdict[] {
  if (uid !== 0) return [failure(`this is user ${uid}: an agent runs as root`, 'sudo longshore doctor --role agent')];
  const has = (bit: number): boolean => (capabilities & (1n << BigInt(bit))) !== 0n;
  const missing = needed.filter(([bit]) => !has(bit));
  if (missing.length > 0) {
    const words = missing.map(([, name, purpose]) => `${name} (${purpose})`).join(', ');
    return [failure(`root lacks ${words}`, 'in a container: docker run --privileged, or --cap-add ALL')];
  }
  if (!has(resource))
    return [
      warning(
        'root lacks CAP_SYS_RESOURCE: containers are not shielded from the out-of-memory killer by their quality of service',
        'in a container: docker run --privileged',
      ),
    ];
  return [ok('root, with the capabilities of an agent')];
}

export const privilegesCheck = defineCheck({
  name: 'privileges',
  roles: ['agent'],
  read: async () => {
    const status = await readFile('/proc/self/status', 'utf8');
    return {
      uid: process.geteuid?.() ?? -1,
      capabilities: BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`),
    };
  },
  judge: judgePrivileges,
});
