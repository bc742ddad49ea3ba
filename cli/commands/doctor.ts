import { hostname } from 'node:os';

import { type Command, Option } from 'commander';

import { environmentOption } from '../../lib/command-line/options.js';
import { allChecks } from '../doctor/all-checks.js';
import type { DoctorContext, Role } from '../doctor/context.js';
import { renderFindings } from '../doctor/render-findings.js';
import { isWell, runChecks } from '../doctor/run-checks.js';
import { exitCodes } from '../exit-codes.js';
import { defaultPrefixes, engineAt } from '../install/doctor-contexts.js';
import { colorsFor } from '../terminal/colors.js';
import { type OutputOption, printOutput, withOutput } from '../terminal/output.js';

interface DoctorFlags extends OutputOption {
  role: Role | 'both';
  join?: string;
  token?: string;
  nodeName: string;
  clusterCidr: string;
  serviceCidr: string;
  dataDir: string;
  stateDir: string;
  dockerHost?: string;
}

/** doctor: whether a machine can be part of a cluster. */
export function addDoctorCommand(program: Command): void {
  withOutput(program.command('doctor'))
    .description('look whether this machine can run Longshore, and say how to mend what is wrong; changes nothing')
    .addOption(new Option('--role <role>', 'what the machine is for').choices(['server', 'agent', 'both']).default('both'))
    .addOption(environmentOption('--join <url>', 'node plane of the control plane to join: is it reached, do the clocks agree?'))
    .addOption(environmentOption('--token <token>', 'join token: is it of that control plane?'))
    .addOption(environmentOption('--node-name <name>', 'name of this node').default(hostname().toLowerCase()))
    .addOption(environmentOption('--cluster-cidr <cidr>', 'addresses of pods').default(defaultPrefixes.clusterCidr))
    .addOption(environmentOption('--service-cidr <cidr>', 'addresses of services').default(defaultPrefixes.serviceCidr))
    .addOption(environmentOption('--data-dir <dir>', "the control plane's folder").default('/var/lib/longshore/control-plane'))
    .addOption(environmentOption('--state-dir <dir>', "the agents' folder").default('/var/lib/longshore/agent'))
    .addOption(environmentOption('--docker-host <url>', 'unix:///path or tcp://host:port'))
    .addHelpText('after', help)
    .action(async (flags: DoctorFlags) => {
      const findings = await runChecks(allChecks, contextOf(flags));
      printOutput({ healthy: isWell(findings), findings }, flags, () => renderFindings(findings, colorsFor(process.stdout)));
      if (!isWell(findings)) process.exitCode = exitCodes.failure;
    });
}

function contextOf({ role, join, ...flags }: DoctorFlags): DoctorContext {
  return {
    ...flags,
    roles: role === 'both' ? ['server', 'agent'] : [role],
    ...(join !== undefined && { join: serverOf(join) }),
    ports: [
      { port: 6443, purpose: 'Kubernetes API', role: 'server' },
      { port: 6444, purpose: 'node plane', role: 'server' },
      { port: 10_257, purpose: 'health', role: 'server' },
      { port: 10_247, purpose: 'health', role: 'agent' },
      { port: 10_248, purpose: 'health', role: 'agent' },
      { port: 10_256, purpose: 'health', role: 'agent' },
    ],
    engine: engineAt(flags.dockerHost),
  };
}

/** https://HOST[:PORT] or HOST[:PORT] as HOST:PORT. */
function serverOf(join: string): string {
  const host = join.replace(/^https:\/\//, '').replace(/\/$/, '');
  return /:\d+$/.test(host) ? host : `${host}:6444`;
}

const help = `
Exits with 1 when something failed; warnings do not count.

  longshore doctor --role server
  longshore doctor --role agent --join https://10.0.0.1:6444 --token TOKEN
  longshore doctor --output json | jq '.findings[] | select(.status == "failure")'`;
