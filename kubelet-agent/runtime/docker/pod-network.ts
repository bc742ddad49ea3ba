import type { NetworkInspectInfo } from 'dockerode';
import ipaddr from 'ipaddr.js';
import { isError, LongshoreError } from '../../../lib/errors/errors.js';
import type { Logger } from '../../../lib/log/logger.js';
import { gatewayOf } from '../../../lib/net/cidr.js';
import type { PodNetwork } from '../container-runtime.js';
import type { DockerEngine } from './docker-engine.js';
import { bridgeName, networkName, ownerLabels, type Owner } from './labels.js';

const mtuOption = 'com.docker.network.driver.mtu';

/** The node's bridge network: no masquerade (kube-proxy's work), gateway at the first address. */
export class DockerPodNetwork {
  readonly #engine: DockerEngine;
  readonly #owner: Owner;
  readonly #log: Logger;
  #wanted: PodNetwork | undefined;

  constructor(options: { engine: DockerEngine; owner: Owner; log: Logger }) {
    this.#engine = options.engine;
    this.#owner = options.owner;
    this.#log = options.log;
  }

  /**
   * Makes the network, or checks it. One that differs is made anew while no container uses it.
   * @throws LongshoreError Conflict naming the network whose addresses overlap, FailedPrecondition when it differs and is in use
   */
  async ensure(wanted: PodNetwork): Promise<void> {
    this.#wanted = wanted;
    const networks = await this.#engine.call((docker) => docker.listNetworks());
    const name = networkName(this.#owner);
    const existing = networks.find((network) => network.Name === name);
    if (existing) {
      const difference = differenceFrom(existing, wanted);
      if (difference === undefined) return;
      await this.#removeUnused(existing, difference);
    }
    const overlapping = networks.find((network) => network !== existing && overlaps(network, wanted.podCidr));
    if (overlapping) throw overlapError(wanted.podCidr, overlapping);
    await this.#create(wanted);
    this.#log.info('pod network created', { network: name, podCidr: wanted.podCidr });
  }

  /** Makes the network again as it was last asked for, if somebody removed it. */
  async restore(): Promise<void> {
    if (this.#wanted) await this.ensure(this.#wanted);
  }

  async remove(): Promise<void> {
    const name = networkName(this.#owner);
    try {
      await this.#engine.call((docker) => docker.getNetwork(name).remove() as Promise<unknown>);
    } catch (thrown) {
      // Already gone is what was asked for.
      if (!isError(thrown, 'NotFound')) throw thrown;
    }
  }

  async #create(wanted: PodNetwork): Promise<void> {
    const { podCidr, mtu } = wanted;
    const options = {
      Name: networkName(this.#owner),
      CheckDuplicate: true,
      Driver: 'bridge',
      IPAM: { Driver: 'default', Config: [{ Subnet: podCidr, Gateway: gatewayOf(podCidr) }] },
      Options: {
        'com.docker.network.bridge.name': bridgeName(this.#owner),
        'com.docker.network.bridge.enable_ip_masquerade': 'false',
        ...(mtu === undefined ? {} : { [mtuOption]: String(mtu) }),
      },
      Labels: ownerLabels(this.#owner),
    };
    try {
      await this.#engine.call((docker) => docker.createNetwork(options));
    } catch (thrown) {
      // Two agents of one node may race at a restart; the other one's network is as good.
      if (!isError(thrown, 'Conflict')) throw thrown;
    }
  }

  async #removeUnused(network: NetworkInspectInfo, difference: string): Promise<void> {
    const name = network.Name;
    const { Containers: users = {} } = await this.#engine.call((docker) => docker.getNetwork(network.Id).inspect());
    if (Object.keys(users).length > 0) {
      throw new LongshoreError(
        'FailedPrecondition',
        `pod network ${name} is in use and differs from what is wanted: ${difference}`,
      );
    }
    this.#log.info('pod network differs, making it anew', { network: name, difference });
    await this.remove();
  }
}

/** What is wrong with `network`, or undefined. Pure. */
export function differenceFrom(network: NetworkInspectInfo, wanted: PodNetwork): string | undefined {
  const subnet = network.IPAM?.Config?.[0]?.Subnet;
  if (subnet !== wanted.podCidr) return `its subnet is ${subnet ?? 'none'}, not ${wanted.podCidr}`;
  if (network.Options?.['com.docker.network.bridge.enable_ip_masquerade'] !== 'false') return 'it masquerades';
  const mtu = network.Options?.[mtuOption];
  const wantedMtu = wanted.mtu === undefined ? undefined : String(wanted.mtu);
  return mtu === wantedMtu ? undefined : `its MTU is ${mtu ?? 'the default'}, not ${wantedMtu ?? 'the default'}`;
}

/** Whether any subnet of `network` shares addresses with `podCidr`. Pure. */
export function overlaps(network: NetworkInspectInfo, podCidr: string): boolean {
  const wanted = ipaddr.parseCIDR(podCidr);
  return (network.IPAM?.Config ?? []).some(({ Subnet: subnet }) => {
    if (subnet === undefined || subnet === '') return false;
    const other = ipaddr.parseCIDR(subnet);
    if (other[0].kind() !== wanted[0].kind()) return false;
    const bits = Math.min(other[1], wanted[1]);
    return other[0].match(wanted[0], bits);
  });
}

function overlapError(podCidr: string, network: NetworkInspectInfo): LongshoreError {
  const subnets = (network.IPAM?.Config ?? []).map(({ Subnet }) => Subnet).join(', ');
  return new LongshoreError(
    'Conflict',
    `pod CIDR ${podCidr} overlaps with Docker network ${network.Name} (${subnets}): remove that network or choose another cluster CIDR`,
    { fields: { network: network.Name, podCidr } },
  );
}
