import { defineCheck, failure, ok, type Verdict } from '../check.js';
import { isLongshore, type Listener, listenerName, readListeners } from '../readings/listeners.js';

/** Every kube-proxy answers DNS at the gateway of its node's pods, an address that is there only once the node has joined. */
export function judgeDnsPort(listeners: readonly Listener[]): Verdict[] {
  const holder = listeners.find(
    (one) => one.port === 53 && (one.address === '0.0.0.0' || one.address === '::') && !isLongshore(one),
  );
  if (!holder) return [ok('port 53 is free for cluster DNS')];
  return [
    failure(
      `${listenerName(holder)} listens on port 53 of every address, where cluster DNS has to answer its pods`,
      'make it listen on chosen addresses only: bind-interfaces in dnsmasq.conf, listen-on in named.conf, DNSStubListener for systemd-resolved',
    ),
  ];
}

export const dnsPortCheck = defineCheck({ name: 'dns-port', roles: ['agent'], read: readListeners, judge: judgeDnsPort });
