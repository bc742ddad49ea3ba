import { execStart, type UnitFacts } from './unit-facts.js';

export const agentTargetName = 'longshore-agent.target';
export const kubeletAgentUnitName = 'longshore-kubelet-agent.service';
export const kubeProxyUnitName = 'longshore-kube-proxy.service';

export interface AgentUnitOptions {
  configFile: string;
  /** Holds kubelet/ and kube-proxy/. */
  stateDir: string;
  /** Where a join token is looked for while the node has not joined; undefined: the configuration says it. */
  tokenFile: string | undefined;
  /** For node itself. */
  nodeFlags: readonly string[];
}

/** Starts, stops and restarts both agents. Pure. */
export function renderAgentTarget(): string {
  return `[Unit]
Description=Longshore agents of this node: kubelet-agent and kube-proxy
Wants=${kubeletAgentUnitName} ${kubeProxyUnitName}

[Install]
WantedBy=multi-user.target
`;
}

/**
 * The kubelet agent mounts tmpfs volumes that Docker has to see, so it must live in the
 * machine's own mount namespace: every option that would give it another (ProtectSystem=,
 * PrivateTmp=, ProtectKernelTunables= and the like) is out, and what it may do is bounded by
 * capabilities and system calls. Setgid folders (fsGroup) are part of its work. Pods are
 * processes of the engine: stopping this unit leaves them alone. Pure.
 */
export function renderKubeletAgentUnit(facts: UnitFacts, options: AgentUnitOptions): string {
  return `[Unit]
Description=Longshore kubelet agent: runs this node's pods on Docker
PartOf=${agentTargetName}
Wants=network-online.target docker.service
After=network-online.target docker.service time-sync.target
StartLimitIntervalSec=0

[Service]
Type=exec
${execLine(facts, 'kubelet-agent', options)}
Restart=always
RestartSec=1
KillMode=mixed
TimeoutStopSec=20
LimitNOFILE=1048576
OOMScoreAdjust=-500

NoNewPrivileges=yes
CapabilityBoundingSet=CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER CAP_FSETID CAP_KILL CAP_NET_ADMIN CAP_SETGID CAP_SETUID CAP_SYS_ADMIN CAP_SYS_PTRACE
LockPersonality=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictRealtime=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service @mount setns unshare
SystemCallErrorNumber=EPERM

[Install]
WantedBy=${agentTargetName}
`;
}

/**
 * The kube-proxy writes kernel rules, routes and settings below /proc/sys and /sys, answers
 * DNS on port 53, and has no business with Docker, files or other users. iptables keeps its
 * lock in /run. Pure.
 */
export function renderKubeProxyUnit(facts: UnitFacts, options: AgentUnitOptions): string {
  const folder = `${options.stateDir}/kube-proxy`;
  const state = /^\/var\/lib\/([^/].*)$/.exec(folder)?.[1];
  return `[Unit]
Description=Longshore kube-proxy: services, routes and DNS of this node
PartOf=${agentTargetName}
Wants=network-online.target
After=network-online.target docker.service
StartLimitIntervalSec=0

[Service]
Type=exec
${execLine(facts, 'kube-proxy', options)}
Restart=always
RestartSec=1
KillMode=mixed
TimeoutStopSec=20
LimitNOFILE=65536
OOMScoreAdjust=-500
${state === undefined ? `ReadWritePaths=${folder}` : `StateDirectory=${state}\nStateDirectoryMode=0700`}

NoNewPrivileges=yes
CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_BIND_SERVICE CAP_NET_RAW
ProtectSystem=strict
ReadWritePaths=/run
InaccessiblePaths=-/run/docker.sock -/run/containerd
ProtectHome=${facts.inHome ? 'read-only' : 'yes'}
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
LockPersonality=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM

[Install]
WantedBy=${agentTargetName}
`;
}

function execLine(facts: UnitFacts, only: string, { configFile, tokenFile, nodeFlags }: AgentUnitOptions): string {
  const token = tokenFile === undefined ? [] : ['--token-file', tokenFile];
  const words = [facts.node, ...nodeFlags, facts.longshore, 'agent', '--only', only, '--config', configFile, ...token];
  return `ExecStart=${execStart(words)}`;
}
