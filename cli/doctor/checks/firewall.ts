import { readFileIfExists } from '../../../lib/files/read-file-if-exists.js';
import { runProgram } from '../../../lib/local-cluster/process-runner.js';
import { defineCheck, failure, ok, type Verdict, warning } from '../check.js';
import type { DoctorContext, Role } from '../context.js';

export interface FirewallReading {
  readonly roles: readonly Role[];
  readonly clusterCidr: string;
  /** TCP ports that other machines must reach. */
  readonly openPorts: readonly number[];
  readonly ufw: boolean;
  readonly firewalld: boolean;
  /** Output of iptables -S; empty when it cannot be run. */
  readonly iptables: string;
  /** Base chains that drop what they do not know, beside iptables' own: "inet filter forward". */
  readonly droppingChains: readonly { table: string; chain: string; hook: string }[];
}

export function judgeFirewall(reading: FirewallReading): Verdict[] {
  const verdicts = [...judgeManager(reading), ...judgeChains(reading)];
  return verdicts.length > 0 ? verdicts : [ok('no firewall stands in the way')];
}

function judgeManager({ roles, clusterCidr, openPorts, ufw, firewalld }: FirewallReading): Verdict[] {
  const server = roles.includes('server');
  const agent = roles.includes('agent');
  if (ufw) {
    const commands = [
      ...(server ? [`ufw allow ${openPorts.join(',')}/tcp`] : []),
      ...(agent
        ? [`ufw allow from ${clusterCidr}`, `ufw route allow from ${clusterCidr}`, `ufw route allow to ${clusterCidr}`]
        : []),
    ];
    return [warning('ufw is on: it must let Longshore through', commands.join(' && '))];
  }
  if (firewalld) {
    const commands = [
      ...(server ? [`firewall-cmd --permanent ${openPorts.map((port) => `--add-port=${port}/tcp`).join(' ')}`] : []),
      ...(agent ? [`firewall-cmd --permanent --zone=trusted --add-source=${clusterCidr}`] : []),
      'firewall-cmd --reload',
    ];
    return [warning('firewalld is on: it must let Longshore through', commands.join(' && '))];
  }
  return [];
}

function judgeChains({ roles, clusterCidr, openPorts, ufw, firewalld, iptables, droppingChains }: FirewallReading): Verdict[] {
  if (ufw || firewalld) return [];
  const verdicts: Verdict[] = [];
  const drops = (chain: string): boolean => new RegExp(`^-P ${chain} DROP$`, 'm').test(iptables);
  if (roles.includes('agent') && drops('FORWARD') && !/^-A FORWARD .*-j DOCKER-USER$/m.test(iptables))
    verdicts.push(
      failure(
        'iptables drops forwarded packets, and Docker has no DOCKER-USER chain to let pods through',
        'systemctl restart docker',
      ),
    );
  if (roles.includes('server') && drops('INPUT'))
    verdicts.push(
      warning(
        `iptables drops what comes in unless a rule lets it: TCP ${openPorts.join(' and ')} must be open`,
        `iptables -I INPUT -p tcp -m multiport --dports ${openPorts.join(',')} -j ACCEPT`,
      ),
    );
  for (const { table, chain, hook } of droppingChains) {
    const rules = [
      ...(hook === 'forward' && roles.includes('agent')
        ? [`ip saddr ${clusterCidr} accept`, `ip daddr ${clusterCidr} accept`]
        : []),
      ...(hook === 'input' && roles.includes('agent') ? [`ip saddr ${clusterCidr} accept`] : []),
      ...(hook === 'input' && roles.includes('server') ? [`tcp dport { ${openPorts.join(', ')} } accept`] : []),
    ];
    if (rules.length === 0) continue;
    verdicts.push(
      warning(
        `nftables chain ${table} ${chain} drops what no rule lets through`,
        rules.map((rule) => `nft insert rule ${table} ${chain} ${rule}`).join(' && '),
      ),
    );
  }
  return verdicts;
}

async function readFirewall({ roles, clusterCidr, ports }: DoctorContext): Promise<FirewallReading> {
  const [ufwConfiguration = '', firewalldState, iptables, chains] = await Promise.all([
    readFileIfExists('/etc/ufw/ufw.conf'),
    outputOf('firewall-cmd', ['--state']),
    outputOf('iptables', ['-S']),
    outputOf('nft', ['-j', 'list', 'chains']),
  ]);
  return {
    roles,
    clusterCidr,
    openPorts: ports.filter(({ role, purpose }) => role === 'server' && purpose !== 'health').map(({ port }) => port),
    ufw: /^ENABLED=yes$/im.test(ufwConfiguration),
    firewalld: firewalldState.trim() === 'running',
    iptables,
    droppingChains: droppingChainsOf(chains),
  };
}

interface NftChain {
  family: string;
  table: string;
  name: string;
  hook?: string;
  policy?: string;
}

/** From the output of nft -j list chains; the tables of iptables and ip6tables are looked at as such. Pure. */
export function droppingChainsOf(listing: string): FirewallReading['droppingChains'] {
  if (listing === '') return [];
  const { nftables } = JSON.parse(listing) as { nftables: { chain?: NftChain }[] };
  return nftables.flatMap(({ chain }) =>
    chain?.policy === 'drop' && (chain.family === 'inet' || (chain.family === 'ip' && chain.table !== 'filter'))
      ? [{ table: `${chain.family} ${chain.table}`, chain: chain.name, hook: chain.hook ?? '' }]
      : [],
  );
}

async function outputOf(program: string, args: readonly string[]): Promise<string> {
  try {
    return await runProgram(program, args, { timeoutMs: 5_000 });
  } catch {
    // Not installed, or not to be asked: then it does not stand in the way.
    return '';
  }
}

export const firewallCheck = defineCheck({
  name: 'firewall',
  roles: ['server', 'agent'],
  read: readFirewall,
  judge: judgeFirewall,
});
