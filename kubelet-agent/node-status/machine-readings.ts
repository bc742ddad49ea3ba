import { readdir, readFile, statfs } from 'node:fs/promises';
import { arch, cpus, release } from 'node:os';

import { readFileIfExists } from '../../lib/files/read-file-if-exists.js';

/** What the machine has and has left, as read now. */
export interface MachineReadings {
  cpuMillis: number;
  memoryBytes: number;
  memoryAvailableBytes: number;
  /** Of the file system that holds the agent's files. */
  diskBytes: number;
  diskAvailableBytes: number;
  processes: number;
  maxProcesses: number;
  machineId: string;
  bootId: string;
  kernelVersion: string;
  osImage: string;
  /** Go's name: amd64, arm64. */
  architecture: string;
}

/** @param path on the file system that pods use */
export async function readMachine(path: string): Promise<MachineReadings> {
  const [memory, disk, processes] = await Promise.all([readFile('/proc/meminfo', 'utf8'), statfs(path), readdir('/proc')]);
  const text = async (file: string): Promise<string> => ((await readFileIfExists(file)) ?? '').trim();
  return {
    cpuMillis: cpus().length * 1000,
    memoryBytes: memoryField(memory, 'MemTotal'),
    memoryAvailableBytes: memoryField(memory, 'MemAvailable'),
    diskBytes: disk.blocks * disk.bsize,
    diskAvailableBytes: disk.bavail * disk.bsize,
    processes: processes.filter((name) => /^\d+$/.test(name)).length,
    maxProcesses: Number(await text('/proc/sys/kernel/pid_max')),
    machineId: (await text('/etc/machine-id')) || (await text('/sys/class/dmi/id/product_uuid')),
    bootId: await text('/proc/sys/kernel/random/boot_id'),
    kernelVersion: release(),
    osImage: osImage((await readFileIfExists('/etc/os-release')) ?? ''),
    architecture: goArchitecture(arch()),
  };
}

/** A field of /proc/meminfo, in bytes. */
export function memoryField(meminfo: string, name: string): number {
  const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(meminfo)?.[1];
  return Number(kibibytes ?? 0) * 1024;
}

/** PRETTY_NAME of os-release(5). */
export function osImage(release: string): string {
  return /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(release)?.[1] ?? 'Linux';
}

function goArchitecture(name: string): string {
  return name === 'x64' ? 'amd64' : name;
}
