import { defineCheck, failure, ok, type Verdict } from '../check.js';
import type { DoctorContext } from '../context.js';
import { isLongshore, type Listener, listenerName, readListeners } from '../readings/listeners.js';

export interface PortsReading {
  readonly wanted: readonly { port: number; purpose: string }[];
  readonly listeners: readonly Listener[];
}

export function judgePorts({ wanted, listeners }: PortsReading): Verdict[] {
  return wanted.map(({ port, purpose }) => {
    const holder = listeners.find((one) => one.protocol === 'tcp' && one.port === port);
    if (!holder) return ok(`port ${port} (${purpose}) is free`);
    if (isLongshore(holder)) return ok(`port ${port} (${purpose}): Longshore itself listens`);
    return failure(
      `port ${port} (${purpose}) is taken by ${listenerName(holder)}`,
      `stop it (ss -ltnp 'sport = :${port}' names it), or choose another port in the configuration`,
    );
  });
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
