import type { AgentConfig } from '../../lib/configuration/agent-configuration.js';
import type { ControlPlaneConfig } from '../../lib/configuration/control-plane-settings.js';
import type { DoctorContext } from '../doctor/context.js';
import { readEngine } from '../doctor/readings/engine-reading.js';

/** Prefixes of a cluster that nothing was said about. */
const defaultPrefixes = { clusterCidr: '10.244.0.0/16', serviceCidr: '10.96.0.0/16' };

const nothingOfAgents = { stateDir: '', nodeName: '' };

export function serverDoctorContext(config: ControlPlaneConfig): DoctorContext {
  const { port, nodePlanePort, healthPort, clusterCidr, serviceCidr, dataDir } = config;
  return {
    ...nothingOfAgents,
    roles: ['server'],
    ports: [
      { port, purpose: 'Kubernetes API', role: 'server' },
      { port: nodePlanePort, purpose: 'node plane', role: 'server' },
      { port: healthPort, purpose: 'health', role: 'server' },
    ],
    clusterCidr,
    serviceCidr,
    dataDir,
    engine: engineAt(undefined),
  };
}

export function agentDoctorContext(config: AgentConfig): DoctorContext {
  const { kubeletHealthPort, kubeProxyHealthPort, stateDir, nodeName, join, token, dockerHost } = config;
  return {
    ...defaultPrefixes,
    roles: ['agent'],
    ports: [kubeletHealthPort, kubeProxyHealthPort].map((port) => ({ port, purpose: 'health', role: 'agent' })),
    dataDir: '',
    stateDir,
    nodeName,
    join,
    ...(token !== undefined && { token }),
    engine: engineAt(dockerHost),
  };
}

/** The engine's answers, asked for when the first check wants them. @param dockerHost default: DOCKER_HOST, then the usual socket */
export function engineAt(dockerHost: string | undefined): DoctorContext['engine'] {
  const host = dockerHost ?? process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock';
  let answer: ReturnType<DoctorContext['engine']> | undefined;
  return () => (answer ??= readEngine(host));
}
