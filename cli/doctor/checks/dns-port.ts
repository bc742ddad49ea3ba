import { defineCheck, failure, ok, type Verdict } from '../check.js';
import { type Listener, readListeners } from '../readings/listeners.js';
import { isLongshore } from './ports.js';

/** Every kube-proxy answers DNS at the gateway of its node's pods, an address that is there only once the node has joined. */
export function judgeDnsPort(listeners: readonly Listener[]): Verdict[] {
  const holder = listeners.find(
    ({ port, address, program }) =>
      port === 53 && (address === '0.0.0.0' || address === '::') && !(program !== undefined && isLongshore(program)),
  );
  if (!holder) return [ok('port 53 is free for cluster DNS')];
  return [
    failure(
      `${holder.program ?? 'another program'} listens on port 53 of every address, where cluster DNS has to answer its pods`,
      'make it listen on chosen addresses only: bind-interfaces in dnsmasq.conf, listen-on in named.conf, DNSStubListener for systemd-resolved',
    ),
  ];
}

export const dnsPortCheck = defineCheck({ name: 'dns-port', roles: ['agent'], read: readListeners, judge: judgeDnsPort });
