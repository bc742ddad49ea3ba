/** A container of the lab: the control plane, or a node. */
export interface LabContainer {
  id: string;
  /** control-plane, node-1, node-2 ... */
  name: string;
  service: 'control-plane' | 'node';
  /** Docker's words: running, paused, exited, created ... */
  state: string;
  exitCode: number;
  /** The base image that its image was built on; empty for an image of another origin. */
  baseImage: string;
  /** Undefined while it is stopped or cut from the lab's network by hand. */
  address: string | undefined;
  /** Whether Docker has it on the lab's network. */
  connected: boolean;
  /** Ports inside, with host:port of this host. */
  published: ReadonlyMap<number, string>;
  /** Folders of this host that it has mounted, by their place inside. */
  mounts: ReadonlyMap<string, string>;
}

/** What is used of `docker inspect`. */
export interface InspectedContainer {
  Id: string;
  State: { Status: string; ExitCode: number };
  Config: { Labels: Record<string, string> };
  HostConfig?: { PortBindings?: Record<string, { HostIp: string; HostPort: string }[] | null> | null };
  Mounts: { Source: string; Destination: string }[];
  NetworkSettings: {
    Networks: Record<string, { IPAddress: string }>;
    Ports?: Record<string, { HostIp: string; HostPort: string }[] | null> | null;
  };
}

/** The lab's containers from Docker's description of them, control plane first. Pure. */
export function labContainersOf(project: string, inspected: readonly InspectedContainer[]): LabContainer[] {
  return inspected
    .filter(({ Config: { Labels } }) => Labels['com.docker.compose.oneoff'] !== 'True')
    .flatMap((container) => labContainerOf(project, container) ?? [])
    .sort((a, b) => numberOf(a) - numberOf(b));
}

function labContainerOf(project: string, inspected: InspectedContainer): LabContainer | undefined {
  const { Id, State, Config, Mounts, NetworkSettings } = inspected;
  const service = Config.Labels['com.docker.compose.service'];
  if (service !== 'control-plane' && service !== 'node') return undefined;
  const network = NetworkSettings.Networks[networkOf(project)];
  return {
    id: Id,
    name: service === 'node' ? `node-${Config.Labels['com.docker.compose.container-number'] ?? ''}` : service,
    service,
    state: State.Status,
    exitCode: State.ExitCode,
    baseImage: Config.Labels['longshore.dev/base-image'] ?? '',
    address: network?.IPAddress || undefined,
    connected: network !== undefined,
    published: publishedPorts(inspected),
    mounts: new Map(Mounts.map(({ Source, Destination }) => [Destination, Source])),
  };
}

/** The network that compose makes for a project. */
export function networkOf(project: string): string {
  return `${project}_default`;
}

/** The actual ports of a running container; of a stopped one those that it will get. */
function publishedPorts({ HostConfig, NetworkSettings }: InspectedContainer): Map<number, string> {
  const all = { ...HostConfig?.PortBindings, ...NetworkSettings.Ports };
  return new Map(
    Object.entries(all).flatMap(([port, bindings]): [number, string][] => {
      const [first] = bindings ?? [];
      return first ? [[Number.parseInt(port), `${first.HostIp}:${first.HostPort}`]] : [];
    }),
  );
}

function numberOf({ name, service }: LabContainer): number {
  return service === 'control-plane' ? 0 : Number(name.slice('node-'.length));
}
