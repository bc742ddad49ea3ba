import { readFile } from 'node:fs/promises';

/** In the order of their bits (linux/capability.h). */
const names = [
  ...['CHOWN', 'DAC_OVERRIDE', 'DAC_READ_SEARCH', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID', 'SETPCAP'],
  ...['LINUX_IMMUTABLE', 'NET_BIND_SERVICE', 'NET_BROADCAST', 'NET_ADMIN', 'NET_RAW', 'IPC_LOCK', 'IPC_OWNER'],
  ...['SYS_MODULE', 'SYS_RAWIO', 'SYS_CHROOT', 'SYS_PTRACE', 'SYS_PACCT', 'SYS_ADMIN', 'SYS_BOOT', 'SYS_NICE'],
  ...['SYS_RESOURCE', 'SYS_TIME', 'SYS_TTY_CONFIG', 'MKNOD', 'LEASE', 'AUDIT_WRITE', 'AUDIT_CONTROL', 'SETFCAP'],
  ...['MAC_OVERRIDE', 'MAC_ADMIN', 'SYSLOG', 'WAKE_ALARM', 'BLOCK_SUSPEND', 'AUDIT_READ', 'PERFMON', 'BPF'],
  'CHECKPOINT_RESTORE',
];

/**
 * Capabilities outside this process's bounding set: nothing started on this machine in
 * the same confinement can have them. Empty where that cannot be known.
 */
export async function missingCapabilities(): Promise<string[]> {
  try {
    return missingFrom(await readFile('/proc/self/status', 'utf8'));
  } catch {
    // Not Linux: the engine is elsewhere, and nothing is known of its confinement.
    return [];
  }
}

/** From the text of /proc/self/status (proc(5), CapBnd). Pure. */
export function missingFrom(status: string): string[] {
  const hex = /^CapBnd:\s*([0-9a-f]+)/m.exec(status)?.[1];
  if (hex === undefined) return [];
  const bounding = BigInt(`0x${hex}`);
  return names.filter((_, bit) => (bounding & (1n << BigInt(bit))) === 0n);
}
