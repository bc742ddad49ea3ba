import { isIPv4 } from 'node:net';

import { InvalidArgumentError } from 'commander';

import { parsePort } from '../command-line/options.js';
import { LongshoreError } from '../errors/errors.js';
import { parseJoinToken } from '../identity/join-token.js';
import type { LogLevel } from '../log/logger.js';
import { dockerHostSetting, joinTokenSettings, nodeNameSetting, nodeSettings } from './agent-settings.js';
import { logLevelSetting } from './log-level-setting.js';
import type { SettingProblem } from './setting-problem.js';
import { Setting } from './setting.js';

/** The kernel takes 107 characters for the path of a socket. */
const longestStateDir = 95;

/** What decides where a machine's agents go and what they keep; everything else is the kubelet agent's own. */
export interface AgentConfig {
  /** The node plane, host:port. */
  join: string;
  token?: string;
  tokenFile?: string;
  nodeName: string;
  nodeIp?: string;
  dockerHost?: string;
  /** Holds kubelet/ and kube-proxy/. */
  stateDir: string;
  /** Ports on the loopback address for /healthz, /readyz and /metrics: of both agents together, and of each. */
  healthPort: number;
  kubeletHealthPort: number;
  kubeProxyHealthPort: number;
  logLevel: LogLevel;
}

/** Everything that the agents of a machine can be told, keyed as {@link AgentConfig}. */
export function agentSettings(): Setting[] {
  return [
    new Setting('--join <url>', 'node plane of the control plane: https://HOST:6444').argParser(parseJoinUrl),
    ...joinTokenSettings(),
    nodeNameSetting(),
    ...nodeSettings(),
    dockerHostSetting(),
    new Setting('--state-dir <dir>', 'where both agents keep their files').default('/var/lib/longshore/agent'),
    new Setting('--health-port <port>', 'port for the health and metrics of both agents').default(10_247).argParser(parsePort),
    new Setting('--kubelet-health-port <port>', "port for the kubelet agent's own").default(10_248).argParser(parsePort),
    new Setting('--kube-proxy-health-port <port>', "port for the kube-proxy's own").default(10_256).argParser(parsePort),
    logLevelSetting(),
  ];
}

/** Everything that keeps the configuration of a machine's agents from holding together. Pure. */
export function checkAgent(config: Partial<AgentConfig>): SettingProblem[] {
  const { join, nodeName = '', nodeIp, stateDir = '' } = config;
  const problems: SettingProblem[] = [];
  if (join === undefined) {
    const problem = 'is required: https://HOST:6444, as "longshore token create" prints it on the control plane';
    problems.push({ setting: 'join', problem });
  }
  problems.push(...tokenProblems(config));
  if (nodeName.length > 253 || !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(nodeName)) {
    const problem = `${nodeName} is no node name: use a-z, 0-9, - and ., and begin and end with a letter or digit`;
    problems.push({ setting: 'nodeName', problem });
  }
  if (nodeIp !== undefined && !isIPv4(nodeIp)) problems.push({ setting: 'nodeIp', problem: `${nodeIp} is not an IPv4 address` });
  if (stateDir.length > longestStateDir) {
    problems.push({
      setting: 'stateDir',
      problem: `${stateDir} is longer than ${longestStateDir} characters: a socket in it would have no name`,
    });
  }
  const { healthPort, kubeletHealthPort, kubeProxyHealthPort } = config;
  const taken = new Set<number | undefined>();
  for (const [setting, port] of Object.entries({ healthPort, kubeletHealthPort, kubeProxyHealthPort })) {
    if (port === 0) problems.push({ setting, problem: '0 is no port here: each agent is asked for its health at a known one' });
    else if (taken.has(port)) problems.push({ setting, problem: `${port ?? ''} is taken: the three health ports must differ` });
    taken.add(port);
  }
  return problems;
}

function tokenProblems({ token, tokenFile }: Partial<AgentConfig>): SettingProblem[] {
  if (token === undefined) return [];
  if (tokenFile !== undefined) return [{ setting: 'tokenFile', problem: 'and --token exclude each other: give one of them' }];
  try {
    parseJoinToken(token);
    return [];
  } catch (thrown) {
    return [{ setting: 'token', problem: `is no join token: ${LongshoreError.from(thrown).message}` }];
  }
}

/** https://HOST[:PORT] or HOST[:PORT] as host:port; the node plane's usual port where none is said. @throws InvalidArgumentError */
function parseJoinUrl(text: string): string {
  const match = /^(?:https:\/\/)?([a-zA-Z0-9]([-a-zA-Z0-9.]*[a-zA-Z0-9])?)(?::(\d{1,5}))?\/?$/.exec(text);
  const port = Number(match?.[3] ?? 6444);
  if (!match || port < 1 || port > 65_535) throw new InvalidArgumentError('It must read https://HOST:6444.');
  return `${match[1] ?? ''}:${port}`;
}
