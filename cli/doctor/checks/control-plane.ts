import { defineCheck, failure, ok, skipped, type Verdict, warning } from '../check.js';
import { type ControlPlaneReading, readControlPlane } from '../readings/control-plane-reading.js';

/** Certificates are valid from five minutes before they are made: a clock that is further behind refuses them. */
const mostMs = 5 * 60_000;
const muchMs = 10_000;

export function judgeControlPlane({ server, problem, aheadMs }: ControlPlaneReading): Verdict[] {
  if (server === undefined) return [skipped('no control plane was named: --join URL')];
  if (problem !== undefined) return [failure(`${server}: ${problem}`, fixOf(server, problem))];
  if (aheadMs === undefined) return [ok(`${server} answers`)];
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  const words = `${server} answers; its clock is ${seconds} s ${aheadMs > 0 ? 'ahead' : 'behind'}`;
  const fix = 'timedatectl set-ntp true on both machines';
  if (Math.abs(aheadMs) > mostMs) return [failure(`${words}: certificates will not be accepted`, fix)];
  if (Math.abs(aheadMs) > muchMs) return [warning(words, fix)];
  return [ok(`${server} answers; its clock agrees with this one to ${seconds === 0 ? 1 : seconds} s`)];
}

function fixOf(server: string, problem: string): string {
  if (problem.includes('another certificate authority'))
    return 'longshore token create on the control plane that is to be joined';
  if (problem.includes('ECONNREFUSED'))
    return `on the control plane: systemctl status longshore-control-plane; it must listen on an address that others reach (bindAddress)`;
  return `open TCP port ${server.split(':').at(-1) ?? ''} of the control plane to this machine, and check the name`;
}

export const controlPlaneCheck = defineCheck({
  name: 'control-plane',
  roles: ['agent'],
  read: ({ join, token }) => readControlPlane(join, token),
  judge: judgeControlPlane,
});
