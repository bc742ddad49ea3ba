import { readdir, readFile, readlink } from 'node:fs/promises';

import { readFileIfExists } from '../../../lib/files/read-file-if-exists.js';
import { listDirectory } from '../../../lib/files/list-directory.js';

export interface Listener {
  readonly protocol: 'tcp' | 'udp';
  /** As the kernel writes it, but in dots: 0.0.0.0 and :: are every address. */
  readonly address: string;
  readonly port: number;
  /** Who listens, as far as it can be seen. */
  readonly program?: Program;
}

interface Program {
  readonly pid: number;
  /** Its command line. */
  readonly command: string;
}

interface Socket extends Listener {
  readonly inode: string;
}

const listeningState = { tcp: '0A', udp: '07' } as const;

/** Sockets that listen in a table of /proc/net (tcp, tcp6, udp, udp6). Pure. */
export function parseSockets(table: string, protocol: 'tcp' | 'udp'): Socket[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const fields = line.trim().split(/\s+/);
      const [address = '', port = ''] = fields[1]?.split(':') ?? [];
      if (fields[3] !== listeningState[protocol]) return [];
      return [{ protocol, address: addressOf(address), port: Number.parseInt(port, 16), inode: fields[9] ?? '' }];
    });
}

/** Everything that listens in this network namespace. Programs are known of root's view only. */
export async function readListeners(): Promise<Listener[]> {
  const tables = ['tcp', 'tcp6', 'udp', 'udp6'] as const;
  const sockets = await Promise.all(
    tables.map(async (name) =>
      parseSockets((await readFileIfExists(`/proc/net/${name}`)) ?? '', name.startsWith('tcp') ? 'tcp' : 'udp'),
    ),
  );
  const programs = await programsByInode();
  return sockets.flat().map(({ inode, ...listener }) => {
    const program = programs.get(inode);
    return { ...listener, ...(program !== undefined && { program }) };
  });
}

async function programsByInode(): Promise<Map<string, Program>> {
  const found = new Map<string, Program>();
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  await Promise.all(
    pids.map(async (pid) => {
      try {
        const links = await Promise.all((await listDirectory(`/proc/${pid}/fd`)).map((fd) => readlink(`/proc/${pid}/fd/${fd}`)));
        const inodes = links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
        if (inodes.length === 0) return;
        const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll(/[\s\0]+/g, ' ').trim();
        for (const inode of inodes) found.set(inode, { pid: Number(pid), command });
      } catch {
        // It ended meanwhile, or belongs to another user: its program stays unknown.
      }
    }),
  );
  return found;
}

/** For people. */
export function listenerName({ program }: Listener): string {
  if (program === undefined) return 'another program';
  const { command, pid } = program;
  return `${command.length > 100 ? `${command.slice(0, 100)}...` : command} (process ${pid})`;
}

/** Whether it is one of Longshore's own programs, by its command line. */
export function isLongshore({ program }: Listener): boolean {
  return /\/(control-plane|kubelet-agent|kube-proxy|cli)\/main\.js\b|\/longshore(\.js)? (agent|control-plane)\b/.test(
    program?.command ?? '',
  );
}

/** Little-endian groups of four bytes; only the all-zero and the IPv4 form are told apart, others stay as they are. */
function addressOf(hex: string): string {
  if (/^0+$/.test(hex)) return hex.length > 8 ? '::' : '0.0.0.0';
  if (hex.length > 8) return hex.toLowerCase();
  return (hex.match(/../g) ?? [])
    .reverse()
    .map((byte) => Number.parseInt(byte, 16))
    .join('.');
}
