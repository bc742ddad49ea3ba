import type { Probe } from '../../proto/gen/longshore/node/v1/pod.js';
import type { Clock } from '../../lib/clock/clock.js';
import { isError } from '../../lib/errors/errors.js';
import type { ContainerRuntime } from '../runtime/container-runtime.js';
import type { ProbeKind } from './container-probes.js';
import { probeGrpc } from './grpc-probe.js';
import { probeHttp } from './http-probe.js';
import { failure, type ProbeOutcome, success } from './probe-outcome.js';
import { probeTcp } from './tcp-probe.js';

/** Where a probe finds its container. */
export interface ProbeTarget {
  containerId: string;
  podIp: string;
  /** What the answer is for. */
  kind: ProbeKind;
}

export type RunProbe = (probe: Probe, target: ProbeTarget, signal: AbortSignal) => Promise<ProbeOutcome>;

/** Runs probes of every kind. Never throws: what cannot be run is `unknown`. */
export function probeRunner({ runtime, clock }: { runtime: Pick<ContainerRuntime, 'exec'>; clock: Clock }): RunProbe {
  return async (probe, { containerId, podIp }, signal) => {
    const timeoutMs = Math.max(1, probe.timeoutSeconds) * 1000;
    const context = { host: podIp, timeoutMs, clock };
    switch (probe.handler?.$case) {
      case 'exec':
        return probeExec(runtime, containerId, probe.handler.value.command, timeoutMs, signal);
      case 'httpGet':
        return probeHttp(probe.handler.value, context, signal);
      case 'tcpSocket':
        return probeTcp(probe.handler.value, context, signal);
      case 'grpc':
        return probeGrpc(probe.handler.value, context, signal);
      case undefined:
        return { result: 'unknown', message: 'the probe has no handler' };
    }
  };
}

async function probeExec(
  runtime: Pick<ContainerRuntime, 'exec'>,
  containerId: string,
  command: readonly string[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  try {
    const { exitCode, output } = await runtime.exec(containerId, command, timeoutMs, signal);
    return exitCode === 0 ? success : failure(output);
  } catch (thrown) {
    if (isError(thrown, 'DeadlineExceeded')) return failure(`command "${command.join(' ')}" timed out`);
    return { result: 'unknown', message: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}
