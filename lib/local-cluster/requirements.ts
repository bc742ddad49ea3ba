import { LongshoreError } from '../errors/errors.js';
import { runProgram } from './process-runner.js';

/** What a host must have before nodes can run on it; each problem comes with its mend. */
export async function checkRequirements(): Promise<void> {
  const problems: string[] = [];
  if (process.platform !== 'linux') problems.push('Longshore runs on Linux only');
  if (process.getuid?.() !== 0) problems.push('nodes need root: run the command with sudo');
  const programs = { nft: 'nftables', ip: 'iproute2', iptables: 'iptables' };
  const engine = answers('docker', ['version', '--format', '{{.Server.Version}}']);
  const missing = Object.entries(programs).map(async ([program, debianPackage]) => {
    if (await answers(program, [program === 'ip' ? '-V' : '--version'])) return [];
    return [`${program} is not installed: apt-get install ${debianPackage}`];
  });
  problems.push(...(await Promise.all(missing)).flat());
  if (!(await engine)) {
    problems.push('no Docker Engine answers: install docker.io and start it, or run scripts/ensure-engine.sh');
  }
  if (problems.length > 0) throw new LongshoreError('FailedPrecondition', problems.join('\n'));
}

async function answers(program: string, args: string[]): Promise<boolean> {
  try {
    await runProgram(program, args, { timeoutMs: 10_000 });
    return true;
  } catch {
    // Not there or not answering: the caller words it.
    return false;
  }
}
