import { setNames } from './names.js';
import { type RenderContext } from './render-context.js';
import { makeChain, type Chain, type NftSet } from './ruleset.js';

/** Refuses at once, so that a client need not wait for a timeout. */
export const refuseChain = 'refuse';

/** Before Docker's and the host's own filter rules, which see services only once translated. */
const filterPriority = -5;

/**
 * The chains that are the same however many services there are.
 *
 *   prerouting, output (raw)      questions of own pods to the node's DNS server: not tracked
 *   prerouting, output (nat)      services -> vmap -> chain of a service: dnat
 *   forward, input, output        what still bears a service's address: refuse or drop
 *   postrouting (nat)             masquerade what could not find its way back
 */
export function renderBaseChains(context: RenderContext): Map<string, Chain> {
  const chains = new Map<string, Chain>();
  for (const { suffix, priority, rules } of context.sharedHost ? sharedEntries(context) : soleEntry(context)) {
    for (const hook of ['prerouting', 'output'] as const) {
      chains.set(`nat-${hook}${suffix}`, makeChain(rules, { type: 'nat', hook, priority }));
    }
  }
  if (context.findsSockets && context.hasOtherDns) {
    for (const [hook, rule] of untrackedDnsRules(context)) {
      chains.set(`dns-${hook}`, makeChain([rule], { type: 'filter', hook, priority: beforeTracking }));
    }
  }
  chains.set('nat-postrouting', makeChain(masqueradeRules(context), { type: 'nat', hook: 'postrouting', priority: 100 }));
  chains.set(
    'services',
    makeChain([`${serviceKey} vmap @${setNames.services}`, ...nodePortRules(context, setNames.nodePorts, [])]),
  );
  const check = ['ct state new goto no-endpoints'];
  for (const hook of ['forward', 'input', 'output'] as const) {
    chains.set(`filter-${hook}`, makeChain(check, { type: 'filter', hook, priority: filterPriority }));
  }
  chains.set(
    'no-endpoints',
    makeChain([
      `${serviceKey} vmap @${setNames.noEndpoints}`,
      ...nodePortRules(context, setNames.noEndpointNodePorts, leaseGate(context)),
    ]),
  );
  chains.set(refuseChain, makeChain(['meta l4proto tcp reject with tcp reset', 'reject with icmp port-unreachable']));
  return chains;
}

/** Sets and maps, without the elements that services add. */
export function renderBaseSets(context: RenderContext): Map<string, NftSet & { elements: Map<string, string> | 'dynamic' }> {
  const own = (kind: 'set' | 'map', definition: string, elements = new Map<string, string>()) => ({ kind, definition, elements });
  const sets = new Map<string, NftSet & { elements: Map<string, string> | 'dynamic' }>([
    [setNames.services, own('map', 'type ipv4_addr . inet_proto . inet_service : verdict')],
    [setNames.nodePorts, own('map', 'type inet_proto . inet_service : verdict')],
    [setNames.noEndpoints, own('map', 'type ipv4_addr . inet_proto . inet_service : verdict')],
    [setNames.noEndpointNodePorts, own('map', 'type inet_proto . inet_service : verdict')],
    [setNames.hairpin, own('set', 'type ipv4_addr . ipv4_addr')],
    [setNames.nodeAddresses, own('set', 'type ipv4_addr', new Map(context.nodeAddresses.map((address) => [address, ''])))],
  ]);
  if (!context.sharedHost) sets.set(setNames.remoteEndpoints, own('set', 'type ipv4_addr . inet_proto . inet_service'));
  if (context.leased) {
    sets.set(setNames.lease, { kind: 'set', definition: 'type inet_proto; flags timeout', elements: 'dynamic' });
  }
  return sets;
}

const serviceKey = 'ip daddr . meta l4proto . th dport';
/** Some program of this host listens on the packet's very address. */
const listening = 'socket wildcard 0';
const nodePortKey = 'meta l4proto . th dport';
/** Loopback is left alone: a pod could not answer to 127.0.0.1. */
const localAddress = 'ip daddr != 127.0.0.0/8 fib daddr type local';

/** A base chain of nat, in prerouting and in output. */
interface Entry {
  suffix: string;
  priority: number;
  rules: string[];
}

/** Before the kernel tracks a packet's connection (raw). */
const beforeTracking = -300;
/** Where destinations are translated (dstnat). */
const translation = -100;

/** Alone on the kernel: all packets. */
function soleEntry(context: RenderContext): Entry[] {
  return [{ suffix: '', priority: translation, rules: [...ownDnsRules(context), 'goto services'] }];
}

/**
 * Which packets this table may translate where others, even other clusters', are on the
 * kernel: those to its own node's address, those of its own pods, and those that any table
 * could take, while the lease says that this table's proxy lives. The kernel asks one chain
 * after the other, by priority, until one translates; so what belongs to one table is settled
 * in all of them before any takes what belongs to nobody.
 */
function sharedEntries(context: RenderContext): Entry[] {
  const { gateway, podCidr, clusterCidr, nodePorts } = context;
  const toNode = [
    ...ownDnsRules(context),
    `ip daddr ${gateway} jump services`,
    // Translated to itself: a port that this cluster does not serve is not another's either.
    `ip daddr ${gateway} meta l4proto { tcp, udp } th dport ${nodePorts} dnat to ${gateway}`,
  ];
  const ofPods = [`ip daddr ${gateway} return`, `ip saddr ${podCidr} goto services`];
  const ofNobody = [
    `ip saddr ${clusterCidr} return`,
    `ip daddr ${clusterCidr} return`,
    context.leased ? `meta l4proto @${setNames.lease} goto services` : 'goto services',
  ];
  return [
    { suffix: '-node', priority: translation - 10, rules: toNode },
    { suffix: '-pods', priority: translation - 5, rules: ofPods },
    { suffix: '', priority: translation, rules: ofNobody },
  ];
}

/**
 * Questions to this node's DNS server reach it while it listens. When it does not, they go on
 * as the cluster DNS service's do, to other nodes: ICMP would refuse them, but the kernel sends
 * a client only about one refusal a second, and a resolver waits for what it did not get.
 */
function ownDnsRules(context: RenderContext): string[] {
  if (!context.findsSockets) return [];
  return [`ip daddr ${context.gateway} meta l4proto { tcp, udp } th dport 53 ${listening} return`];
}

/**
 * Keeps questions of this node's pods to its DNS server, and the answers, out of connection
 * tracking. A tracked flow would lead to a dead server for as long as the kernel remembers
 * it, and pods use their ports again.
 */
function untrackedDnsRules({ podCidr, gateway }: RenderContext): ['prerouting' | 'output', string][] {
  return [
    ['prerouting', `ip saddr ${podCidr} ip daddr ${gateway} udp dport 53 ${listening} notrack`],
    ['output', `ip saddr ${gateway} ip daddr ${podCidr} udp sport 53 notrack`],
  ];
}

/** Ends the chain for what is not of this node's pods unless the proxy lives. */
function leaseGate(context: RenderContext): string[] {
  return context.leased ? [`ip saddr != ${context.podCidr} meta l4proto != @${setNames.lease} return`] : [];
}

function nodePortRules(context: RenderContext, map: string, gate: readonly string[]): string[] {
  if (!context.sharedHost) return [`${localAddress} ${nodePortKey} vmap @${map}`];
  return [
    `ip daddr ${context.gateway} ${nodePortKey} vmap @${map}`,
    // The other nodes' addresses are local too on this kernel, but theirs.
    `ip daddr ${context.clusterCidr} return`,
    ...gate,
    `${localAddress} ${nodePortKey} vmap @${map}`,
  ];
}

function masqueradeRules(context: RenderContext): string[] {
  const { podCidr, clusterCidr } = context;
  const rules = [
    // A pod that reaches itself through a service: the answer must come back through the kernel.
    `ct status dnat ip saddr . ip daddr @${setNames.hairpin} masquerade fully-random`,
  ];
  if (!context.bridgeFiltered) {
    // The same between pods of one bridge, when the bridge would short-cut the answer.
    rules.push(`ct status dnat ip saddr ${podCidr} ip daddr ${podCidr} masquerade fully-random`);
  }
  if (!context.sharedHost) {
    // A client that is not a pod of this node, sent on to another machine: that machine would answer it directly.
    rules.push(`ct status dnat ip saddr != ${podCidr} ${serviceKey} @${setNames.remoteEndpoints} masquerade fully-random`);
  }
  // Pod addresses mean nothing outside the cluster. Nodes have routes to them.
  rules.push(`ip saddr ${podCidr} ip daddr != ${clusterCidr} ip daddr != @${setNames.nodeAddresses} masquerade fully-random`);
  return rules;
}

/** A ruleset that only a kernel with nft_socket allows, in all places where it is used; to be tried, not applied. */
export const socketProbe = [
  'add table ip longshore_probe',
  'add chain ip longshore_probe probe { type nat hook prerouting priority -100; }',
  `add rule ip longshore_probe probe meta l4proto udp ${listening} return`,
  `add chain ip longshore_probe raw { type filter hook prerouting priority ${beforeTracking}; }`,
  `add rule ip longshore_probe raw meta l4proto udp ${listening} notrack`,
  '',
].join('\n');
