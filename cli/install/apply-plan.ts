import { chmod, mkdir } from 'node:fs/promises';

import { readFileIfExists } from '../../lib/files/read-file-if-exists.js';
import { writeFileAtomic } from '../../lib/files/write-file-atomic.js';
import { runProgram } from '../../lib/local-cluster/process-runner.js';
import type { Plan, Step } from './plan.js';
import { userArguments } from './plan.js';
import { systemctl } from './systemd.js';

/**
 * Makes everything that the plan has and this machine lacks. Safe to repeat; services are
 * started, and restarted when their files have changed.
 * @param options.services false: they are left out, for machines without systemd
 * @returns paths of the files that were written
 */
export async function applyPlan({ steps }: Plan, options: { services: boolean }): Promise<string[]> {
  const changed: string[] = [];
  for (const step of steps) if (step.kind !== 'service' && (await make(step)) && step.kind === 'file') changed.push(step.path);
  if (!options.services) return changed;
  await systemctl('daemon-reload');
  for (const step of steps) {
    if (step.kind !== 'service') continue;
    await systemctl('enable', step.unit);
    await systemctl(step.files.some((path) => changed.includes(path)) ? 'restart' : 'start', step.unit);
  }
  return changed;
}

/** @returns whether it had to be made */
async function make(step: Exclude<Step, { kind: 'service' }>): Promise<boolean> {
  switch (step.kind) {
    case 'user':
      if (await userExists(step.name)) return false;
      await runProgram('useradd', userArguments(step));
      return true;
    case 'directory':
      await mkdir(step.path, { recursive: true, mode: 0o755 });
      await chmod(step.path, step.mode);
      if (step.owner !== undefined) await runProgram('chown', ['--recursive', `${step.owner}:`, step.path]);
      return true;
    case 'file':
      if ((await readFileIfExists(step.path)) === step.content) {
        await chmod(step.path, step.mode);
        return false;
      }
      await writeFileAtomic(step.path, step.content, { mode: step.mode });
      return true;
  }
}

async function userExists(name: string): Promise<boolean> {
  const users = (await readFileIfExists('/etc/passwd')) ?? '';
  return users.split('\n').some((line) => line.startsWith(`${name}:`));
}
