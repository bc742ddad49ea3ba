import { readFile } from 'node:fs/promises';

import { exists } from '../../../lib/files/exists.js';
import { runProgram } from '../../../lib/local-cluster/process-runner.js';
import { defineCheck, failure, ok, type Verdict, warning } from '../check.js';

export interface KernelReading {
  /** Why a feature cannot be used, by its name; undefined when it can. */
  readonly problems: Readonly<Partial<Record<Feature, string>>>;
  /** /proc/sys/net/ipv4/ip_forward. */
  readonly forwards: boolean;
  /** /proc/sys/net/bridge exists. */
  readonly filtersBridges: boolean;
}

type Feature = 'namespace' | 'veth' | 'bridge' | 'nat' | 'conntrack' | 'socket';

/** Tried in a network namespace of their own, which goes with the program: nothing is left on the machine. */
const trials: Record<Feature, string> = {
  namespace: 'true',
  veth: 'ip link add lsdoctor0 type veth peer name lsdoctor1',
  bridge: 'ip link add lsdoctor0 type bridge',
  nat: `nft 'add table ip t; add chain ip t c { type nat hook prerouting priority -100; }; add map ip t m { type ipv4_addr . inet_service : verdict; }; add rule ip t c meta l4proto tcp dnat to 10.0.0.1:80'`,
  conntrack: `nft 'add table ip t; add chain ip t c { type filter hook forward priority 0; }; add rule ip t c ct state established accept'`,
  socket: `nft 'add table ip t; add chain ip t c { type filter hook input priority 0; }; add rule ip t c socket transparent 0 accept'`,
};

const modules: Partial<Record<Feature, string>> = {
  veth: 'veth',
  bridge: 'bridge',
  nat: 'nft_nat nft_chain_nat',
  conntrack: 'nf_conntrack nft_ct',
};

export function judgeKernel({ problems, forwards, filtersBridges }: KernelReading): Verdict[] {
  if (problems.namespace !== undefined)
    return [failure(`no network namespaces: ${problems.namespace}`, 'run the command as root, on a kernel with CONFIG_NET_NS')];
  const verdicts: Verdict[] = [];
  for (const feature of ['veth', 'bridge', 'nat', 'conntrack'] as const) {
    const problem = problems[feature];
    if (problem !== undefined)
      verdicts.push(failure(`the kernel has no ${feature}: ${problem}`, `modprobe -a ${modules[feature] ?? ''}`));
  }
  if (problems.socket !== undefined)
    verdicts.push(
      warning(
        `no nft_socket: while a node's DNS server is down, its pods ask the second one a second late`,
        'modprobe nft_socket',
      ),
    );
  if (!forwards)
    verdicts.push(warning('the kernel does not forward packets yet; kube-proxy turns it on', 'sysctl -w net.ipv4.ip_forward=1'));
  if (!filtersBridges)
    verdicts.push(
      warning('no bridge netfilter: a pod may not reach a service whose endpoint is on its own node', 'modprobe br_netfilter'),
    );
  return verdicts.length > 0 ? verdicts : [ok('nftables with NAT and conntrack, veth, bridges, forwarding, bridge netfilter')];
}

async function readKernel(): Promise<KernelReading> {
  const tried = await Promise.all(
    (Object.entries(trials) as [Feature, string][]).map(async ([feature, trial]) => [feature, await problemOf(trial)] as const),
  );
  return {
    problems: Object.fromEntries(tried.filter(([, problem]) => problem !== undefined)),
    forwards: (await readFile('/proc/sys/net/ipv4/ip_forward', 'utf8')).trim() === '1',
    filtersBridges: await exists('/proc/sys/net/bridge/bridge-nf-call-iptables'),
  };
}

async function problemOf(trial: string): Promise<string | undefined> {
  try {
    await runProgram('unshare', ['--net', 'sh', '-c', trial], { timeoutMs: 10_000 });
    return undefined;
  } catch (thrown) {
    return lastLine((thrown as Error).message);
  }
}

function lastLine(text: string): string {
  return (
    text
      .trim()
      .split('\n')[0]
      ?.replace(/^unshare --net failed: /, '') ?? text
  );
}

export const kernelCheck = defineCheck({ name: 'kernel', roles: ['agent'], read: readKernel, judge: judgeKernel });
