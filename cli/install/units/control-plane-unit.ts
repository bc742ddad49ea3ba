import { execStart, type UnitFacts } from './unit-facts.js';

export const controlPlaneUnitName = 'longshore-control-plane.service';
/** The control plane's own user and group. */
export const controlPlaneUser = 'longshore';

/**
 * The control plane needs its folder and its ports, and nothing else of the machine: no
 * capability, no device, no write outside its folder. V8 makes code at run time, so memory
 * that is both written and executed cannot be forbidden. Pure.
 * @param options.dataDir below /var/lib it is made by systemd; elsewhere it must exist and belong to the user
 */
export function renderControlPlaneUnit(facts: UnitFacts, options: { configFile: string; dataDir: string }): string {
  const { configFile, dataDir } = options;
  const state = /^\/var\/lib\/([^/].*)$/.exec(dataDir)?.[1];
  return `[Unit]
Description=Longshore control plane: Kubernetes API, controllers, scheduler and node plane
Wants=network-online.target
After=network-online.target time-sync.target
StartLimitIntervalSec=0

[Service]
Type=exec
User=${controlPlaneUser}
Group=${controlPlaneUser}
ExecStart=${execStart([facts.node, facts.longshore, 'control-plane', '--config', configFile])}
Restart=always
RestartSec=1
KillMode=mixed
TimeoutStopSec=20
LimitNOFILE=65536
UMask=0077
${state === undefined ? `ReadWritePaths=${dataDir}` : `StateDirectory=${state}\nStateDirectoryMode=0700`}

NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome=${facts.inHome ? 'read-only' : 'yes'}
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
LockPersonality=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
`;
}
