import type { PodAssignment } from '../../proto/gen/longshore/node/v1/pod.js';
import type { PodFacts } from './volume-manager.js';

/** Longest name of a host that Linux takes. */
const hostnameLimit = 63;

/** The pod's own name: spec.hostname, else the pod's name. Pure. */
export function podHostname({ pod, spec }: PodAssignment): string {
  return (spec?.hostname || pod?.name || '').slice(0, hostnameLimit).replace(/[-.]+$/, '');
}

/**
 * The pod's /etc/hosts, laid out as the kubelet does. In the host's network it is the
 * node's with the aliases added. Pure.
 */
export function renderHosts(assignment: PodAssignment, facts: PodFacts, nodeHosts: string): string {
  const { spec } = assignment;
  const aliases = spec?.hostAliases ?? [];
  const added =
    aliases.length === 0
      ? ''
      : `\n# Entries added by HostAliases.\n${aliases.map(({ ip, hostnames }) => `${ip}\t${hostnames.join('\t')}\n`).join('')}`;
  if (spec?.hostNetwork) return `# Kubernetes-managed hosts file (host network).\n${nodeHosts}${added}`;
  return [
    '# Kubernetes-managed hosts file.',
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'fe00::0\tip6-mcastprefix',
    'fe00::1\tip6-allnodes',
    'fe00::2\tip6-allrouters',
    ...(facts.podIp === '' ? [] : [ownLine(assignment, facts)]),
    added,
  ].join('\n');
}

function ownLine(assignment: PodAssignment, { podIp, clusterDomain }: PodFacts): string {
  const hostname = podHostname(assignment);
  const subdomain = assignment.spec?.subdomain ?? '';
  if (subdomain === '') return `${podIp}\t${hostname}`;
  return `${podIp}\t${hostname}.${subdomain}.${assignment.pod?.namespace ?? ''}.svc.${clusterDomain}\t${hostname}`;
}
