import { type Command, Option } from 'commander';

import { agentSettings } from '../../lib/configuration/agent-configuration.js';
import { controlPlaneSettings } from '../../lib/configuration/control-plane-settings.js';
import { settingNamed } from '../../lib/configuration/setting.js';
import { allChecks } from '../doctor/all-checks.js';
import type { DoctorContext, Role } from '../doctor/context.js';
import { renderFindings } from '../doctor/render-findings.js';
import { isWell, runChecks } from '../doctor/run-checks.js';
import { exitCodes } from '../exit-codes.js';
import { engineAt } from '../install/doctor-contexts.js';
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
  const doctor = withOutput(program.command('doctor'))
    .description('look whether this machine can run Longshore, and say how to mend what is wrong; changes nothing')
    .addOption(new Option('--role <role>', 'what the machine is for').choices(['server', 'agent', 'both']).default('both'))
    .addHelpText('after', help)
    .action(async (flags: DoctorFlags) => {
      const findings = await runChecks(allChecks, contextOf(flags));
      printOutput({ healthy: isWell(findings), findings }, flags, () => renderFindings(findings, colorsFor(process.stdout)));
      if (!isWell(findings)) process.exitCode = exitCodes.failure;
    });
  for (const key of ['join', 'token', 'nodeName', 'stateDir', 'dockerHost']) doctor.addOption(settingNamed(agentSettings(), key));
  for (const key of ['clusterCidr', 'serviceCidr', 'dataDir']) doctor.addOption(settingNamed(controlPlaneSettings(), key));
}

function contextOf({ role, join, ...flags }: DoctorFlags): DoctorContext {
  return {
    ...flags,
    roles: role === 'both' ? ['server', 'agent'] : [role],
    ...(join !== undefined && { join }),
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

const help = `
Exits with 1 when something failed; warnings do not count. With --join it also asks that
control plane: is it reached, is it the token's, do the clocks agree?

  longshore doctor --role server
  longshore doctor --role agent --join https://10.0.0.1:6444 --token TOKEN
  longshore doctor --output json | jq '.findings[] | select(.status == "failure")'`;
