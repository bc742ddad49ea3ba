import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { systemClock } from '../lib/clock/clock.js';
import { TestLab } from '../test/support/lab/lab.js';

const run = promisify(execFile);

export interface LabStart {
  /** The whole of `longshore lab up`, with an image that needs no building. */
  upMs: number;
  /** Resident memory by part: control-plane, and of a node: dockerd, containerd, agent, kubelet-agent, kube-proxy. */
  residentBytes: ReadonlyMap<string, number>;
}

/**
 * Starts a lab of three nodes whose image is built and measures it at rest; takes it down again.
 * Needs a Docker Engine and compose; makes its base image itself, which takes a minute once an engine.
 */
export async function measureLabStart(): Promise<LabStart> {
  const lab = new TestLab({ name: 'bench', port: 27_800 });
  try {
    await lab.up(3);
    await lab.longshore('down');
    const startedMs = systemClock.monotonic();
    await lab.start(3);
    const upMs = systemClock.monotonic() - startedMs;
    // Memory at rest: the agents let go of what they needed to start.
    await systemClock.sleep(10_000);
    return { upMs, residentBytes: await readMemory(lab) };
  } finally {
    await lab.down();
  }
}

async function readMemory(lab: TestLab): Promise<Map<string, number>> {
  const memory = new Map<string, number>();
  const [controlPlane] = await lab.containers('service=control-plane');
  const [node] = await lab.containers('service=node');
  for (const [container, programs] of [
    [controlPlane, ['control-plane']],
    [node, ['dockerd', 'containerd', 'agent', 'kubelet-agent', 'kube-proxy']],
  ] as const) {
    const { stdout } = await run('docker', ['exec', container ?? '', 'ps', '-eo', 'rss=,args=']);
    for (const program of programs) memory.set(program, residentBytesOf(stdout, program));
  }
  return memory;
}

/** @param listing of `ps -eo rss=,args=` */
function residentBytesOf(listing: string, program: string): number {
  const patterns: Record<string, RegExp> = {
    dockerd: /^dockerd /,
    containerd: /^containerd /,
    agent: /longshore agent /,
    'control-plane': /longshore control-plane /,
    'kubelet-agent': /kubelet-agent\/main\.js/,
    'kube-proxy': /kube-proxy\/main\.js/,
  };
  for (const line of listing.split('\n')) {
    const [, kibibytes, args = ''] = /^\s*(\d+) (.*)$/.exec(line) ?? [];
    if (patterns[program]?.test(args)) return Number(kibibytes) * 1024;
  }
  throw new Error(`${program} does not run:\n${listing}`);
}
