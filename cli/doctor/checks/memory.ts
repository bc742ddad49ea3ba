import { readFile } from 'node:fs/promises';

import { defineCheck, ok, type Verdict, warning } from '../check.js';

const mebibyte = 1024 * 1024;
const leastTotal = 512 * mebibyte;
const leastAvailable = 256 * mebibyte;

export interface Memory {
  readonly totalBytes: number;
  readonly availableBytes: number;
}

export function judgeMemory({ totalBytes, availableBytes }: Memory): Verdict[] {
  const words = `${Math.round(availableBytes / mebibyte)} MiB of ${Math.round(totalBytes / mebibyte)} MiB available`;
  if (totalBytes < leastTotal)
    return [warning(`${words}: too little for Longshore and pods`, 'give the machine 512 MiB or more')];
  if (availableBytes < leastAvailable) return [warning(words, 'ps aux --sort=-rss | head shows who has it')];
  return [ok(words)];
}

export const memoryCheck = defineCheck({
  name: 'memory',
  roles: ['server', 'agent'],
  read: async () => {
    const text = await readFile('/proc/meminfo', 'utf8');
    const bytesOf = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0) * 1024;
    return { totalBytes: bytesOf('MemTotal'), availableBytes: bytesOf('MemAvailable') };
  },
  judge: judgeMemory,
});
