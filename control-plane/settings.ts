import { addressAt } from '../lib/net/cidr.js';
import type { ControlPlaneConfig } from './config.js';
import type { ClusterSettings } from './node-plane/cluster-settings.js';
import type { PkiOptions } from './pki/open-pki.js';

/** Ports that NodePort services get. */
export const nodePorts = { first: 30_000, last: 32_767 };

/** A node is lost after this many heartbeats in a row are missing, unless the configuration says otherwise. */
const missedHeartbeats = 4;

export function nodeGraceMsOf({ nodeMonitorGracePeriodMs, heartbeatPeriodMs }: ControlPlaneConfig): number {
  return nodeMonitorGracePeriodMs ?? missedHeartbeats * heartbeatPeriodMs;
}

/** What the nodes are told. */
export function clusterSettingsOf(config: ControlPlaneConfig, clusterId: string): ClusterSettings {
  const { clusterCidr, nodeCidrMaskSize, serviceCidr, clusterDns, clusterDomain, heartbeatPeriodMs } = config;
  return {
    clusterId,
    clusterCidr,
    nodeCidrMaskSize,
    serviceCidr,
    clusterDns,
    clusterDomain,
    heartbeatPeriodMs,
    leaseDurationSeconds: Math.ceil(nodeGraceMsOf(config) / 1_000),
    nodePorts,
  };
}

/** Where pods and nodes reach the API. */
export function advertiseAddressOf({ advertiseAddress, bindAddress: [first = '127.0.0.1'] }: ControlPlaneConfig): string {
  return advertiseAddress ?? first;
}

/** Addresses in the certificates of both servers, and what else that of the API bears. */
export function certificateAddressesOf(
  config: ControlPlaneConfig,
): Pick<PkiOptions, 'ipAddresses' | 'apiNames' | 'serviceAddress'> {
  const addresses = new Set([...config.bindAddress, config.advertiseAddress ?? '127.0.0.1', '127.0.0.1']);
  addresses.delete('0.0.0.0');
  return { ipAddresses: [...addresses], apiNames: config.tlsSan, serviceAddress: addressAt(config.serviceCidr, 1) };
}

/** Where the administrator reaches the API from this machine. */
export function kubeconfigHostOf({ bindAddress: [first = '127.0.0.1'] }: ControlPlaneConfig): string {
  return first === '0.0.0.0' ? '127.0.0.1' : first;
}
