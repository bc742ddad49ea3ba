/** Where an installation lies; the same on every machine. */
export const configFolder = '/etc/longshore';
/** Around the folders of both roles, unless the configuration says otherwise. */
export const stateFolder = '/var/lib/longshore';
export const controlPlaneConfigFile = `${configFolder}/control-plane.yaml`;
export const agentConfigFile = `${configFolder}/agent.yaml`;
/** There from the installation of an agent until it has joined. */
export const joinTokenFile = `${configFolder}/join-token`;

/** Of an administrator's own units, before those of packages. */
export function unitFile(name: string): string {
  return `/etc/systemd/system/${name}`;
}
