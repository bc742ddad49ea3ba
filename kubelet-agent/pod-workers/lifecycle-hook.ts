import type { LifecycleHandler } from '../../proto/gen/longshore/node/v1/pod.js';
import { linkedController } from '../../lib/async/signals.js';
import type { Clock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { probeHttp } from '../probes/http-probe.js';
import type { ProbeOutcome } from '../probes/probe-outcome.js';
import { probeTcp } from '../probes/tcp-probe.js';
import type { ContainerRuntime } from '../runtime/container-runtime.js';

/**
 * Runs a postStart or preStop hook.
 * @param target.timeoutMs what is left of the grace period; postStart has no limit of its own
 * @throws LongshoreError Internal when the hook failed, DeadlineExceeded when it took too long
 */
export async function runHook(
  handler: LifecycleHandler,
  target: { containerId: string; podIp: string; timeoutMs: number },
  ports: { runtime: Pick<ContainerRuntime, 'exec'>; clock: Clock },
  signal: AbortSignal,
): Promise<void> {
  const { containerId, podIp, timeoutMs } = target;
  const context = { host: podIp, timeoutMs, clock: ports.clock };
  using limit = linkedController(signal);
  const late = new LongshoreError('DeadlineExceeded', `the hook took longer than ${timeoutMs} ms`);
  const cancel = ports.clock.after(timeoutMs, () => {
    limit.abort(late);
  });
  try {
    switch (handler.handler?.$case) {
      case 'exec': {
        const { exitCode, output } = await ports.runtime.exec(
          containerId,
          handler.handler.value.command,
          timeoutMs,
          limit.signal,
        );
        if (exitCode !== 0) throw new LongshoreError('Internal', `the command exited with ${exitCode}: ${output}`);
        return;
      }
      case 'httpGet':
        expectSuccess(await probeHttp(handler.handler.value, context, limit.signal));
        return;
      case 'tcpSocket':
        expectSuccess(await probeTcp(handler.handler.value, context, limit.signal));
        return;
      case 'sleep':
        await ports.clock.sleep(handler.handler.value.seconds * 1000, limit.signal);
        return;
      case undefined:
        return;
    }
  } finally {
    cancel();
  }
}

function expectSuccess({ result, message }: ProbeOutcome): void {
  if (result !== 'success') throw new LongshoreError('Internal', message);
}
