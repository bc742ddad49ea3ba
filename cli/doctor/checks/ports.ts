import { defineCheck, failure, ok, type Verdict } from '../check.js';
import type { DoctorContext } from '../context.js';
import { type Listener, readListeners } from '../readings/listeners.js';

export interface PortsReading {
  readonly wanted: readonly { port: number; purpose: string }[];
  readonly listeners: readonly Listener[];
}

export function judgePorts({ wanted, listeners }: PortsReading): Verdict[] {
  return wanted.map(({ port, purpose }) => {
    const holder = listeners.find((one) => one.protocol === 'tcp' && one.port === port);
    if (!holder) return ok(`port ${port} (${purpose}) is free`);
    if (holder.program !== undefined && isLongshore(holder.program))
      return ok(`port ${port} (${purpose}): Longshore itself listens`);
    return failure(
      `port ${port} (${purpose}) is taken by ${holder.program ?? 'another program'}`,
      `stop it (ss -ltnp 'sport = :${port}' names it), or choose another port in the configuration`,
    );
  });
}

/** By the command lines of Longshore's programs. */
export function isLongshore(program: string): boolean {
  return /\/(control-plane|kubelet-agent|kube-proxy|cli)\/main\.js\b|\blongshore(\.js)? (agent|control-plane)\b/.test(program);
}

export const portsCheck = defineCheck({
  name: 'ports',
  roles: ['server', 'agent'],
  read: async ({ ports, roles }: DoctorContext) => ({
    wanted: ports.filter(({ role }) => roles.includes(role)),
    listeners: await readListeners(),
  }),
  judge: judgePorts,
});
