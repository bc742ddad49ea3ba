import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';

import { LongshoreError } from '../../lib/errors/errors.js';
import type { ContainerSpec } from '../runtime/container-runtime.js';
import type { FakeBehaviour } from '../runtime/fake/fake-behaviour.js';
import type { FakeProgram } from '../runtime/fake/fake-container.js';
import type { ProbeKind } from '../probes/container-probes.js';
import { failure, type ProbeOutcome, success } from '../probes/probe-outcome.js';

/** How long fake/crash runs when its tag does not say. */
const crashAfterMs = 100;
/** Ends fake/exit and fake/crash so late that they were seen Running. */
const exitAfterMs = 10;

/**
 * What an image's name makes a fake container do. An image runs until it is stopped, its
 * probes pass and its pull takes no time, unless it is one of these:
 *
 *   fake/exit:CODE          exits with CODE at once
 *   fake/crash[:MS]         exits with 1 after MS (100)
 *   fake/ignores-term       runs until SIGKILL
 *   fake/not-ready[:MS]     startup and readiness probes fail, for MS or for ever
 *   fake/unhealthy[:MS]     liveness probes fail, after MS or at once
 *   fake/pull-error         cannot be pulled
 *   fake/pull-slow[:MS]     is pulled in MS (1000)
 */
export const imageBehaviour: FakeBehaviour = {
  program(spec) {
    const { name, number } = parse(spec.image);
    const common: FakeProgram = {
      output: [bannerOf(spec)],
      exec: (command) => answerExec(spec, command),
      anyPort: httpAnswer(spec),
    };
    if (name === 'exit') return { ...common, exitAfterMs, exitCode: number ?? 0 };
    if (name === 'crash') return { ...common, exitAfterMs: number ?? crashAfterMs, exitCode: 1 };
    if (name === 'ignores-term') return { ...common, stopAfterMs: Infinity };
    return common;
  },

  pull(reference) {
    const { name, number } = parse(reference);
    if (name === 'pull-slow') return { pullMs: number ?? 1_000 };
    if (name !== 'pull-error') return {};
    return { error: new LongshoreError('NotFound', `manifest for ${reference} not found: manifest unknown`) };
  },
};

/** How a probe of a container with this image ends, so long after the container's start. */
export function probeOutcome(image: string, kind: ProbeKind, runningMs: number): ProbeOutcome {
  const { name, number } = parse(image);
  if (name === 'not-ready' && kind !== 'Liveness' && runningMs < (number ?? Infinity)) return failure(`${image} is not ready`);
  if (name === 'unhealthy' && kind === 'Liveness' && runningMs >= (number ?? 0)) return failure(`${image} is unhealthy`);
  return success;
}

function parse(image: string): { name?: string; number?: number } {
  const [, name, tag] = /^fake\/([a-z-]+)(?::(.+))?$/.exec(image) ?? [];
  if (name === undefined) return {};
  return tag !== undefined && /^\d+$/.test(tag) ? { name, number: Number(tag) } : { name };
}

/** The log's first line: what the container would run. */
function bannerOf({ image, command = [], args = [] }: ContainerSpec): string {
  return ['fake container of', image, ...command, ...args].join(' ');
}

/** Every port of a fake pod speaks HTTP: 200 and a line with the pod's name. */
function httpAnswer({ podName }: ContainerSpec): (connection: Duplex) => void {
  return (connection) => {
    const server = createServer((_request, response) => response.end(`${podName}\n`));
    server.emit('connection', connection);
  };
}

/** A command in a fake container: echo, env, exit CODE and kill 1 do what they do in a real one; others print themselves. */
function answerExec(spec: ContainerSpec, command: readonly string[]): { exitCode: number; output?: string; exits?: number } {
  const [program, ...args] = command;
  if (program === 'echo') return { exitCode: 0, output: `${args.join(' ')}\n` };
  if (program === 'env') return { exitCode: 0, output: spec.env.map(({ name, value }) => `${name}=${value}\n`).join('') };
  if (program === 'exit') return { exitCode: Number(args[0] ?? 0) };
  if (program === 'kill' && args.at(-1) === '1') return { exitCode: 0, exits: args[0] === '-9' ? 137 : 143 };
  return { exitCode: 0, output: `${command.join(' ')}\n` };
}
