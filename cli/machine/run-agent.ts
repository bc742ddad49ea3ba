import type { Command } from 'commander';

import { systemClock } from '../../lib/clock/clock.js';
import { type AgentConfig, agentSettings, checkAgent } from '../../lib/configuration/agent-configuration.js';
import type { Resolution } from '../../lib/configuration/resolve-configuration.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { runProcess } from '../../lib/lifecycle/run-process.js';
import { createLogger, type Logger } from '../../lib/log/logger.js';
import { isRefusal, MachineAgent } from '../agent/agent.js';
import { agentNames, computeChildSpecs } from '../agent/child-specs.js';
import { addSettings, printedConfiguration, readConfiguration } from '../configuration/settings-command.js';
import { becomeComponent } from './become-component.js';

/** Of the configuration file. */
export const agentKind = 'AgentConfiguration';
const kind = agentKind;
/** Longer than a child may take to end. */
const drainMs = 15_000;

export function addAgentSettings(command: Command): void {
  addSettings(command, agentSettings(), kind);
}

/** What the agents of this machine would run with. @throws LongshoreError InvalidArgument, NotFound (no such file) */
export function readAgentConfiguration(command: Command): Promise<Resolution<AgentConfig>> {
  return readConfiguration<AgentConfig>(command, { kind, settings: agentSettings(), check: checkAgent });
}

/** Runs both agents of this machine, supervised, or `only` one of them in this process, until it is told to stop. */
export async function runAgent(command: Command, only: string | undefined): Promise<void> {
  const resolution = await readAgentConfiguration(command);
  const { config, resolved } = resolution;
  if (printedConfiguration(command, kind, resolved)) return;
  const specs = computeChildSpecs(resolution);
  if (only !== undefined) {
    const spec = specs.find(({ name }) => name === only);
    if (!spec) throw new LongshoreError('InvalidArgument', `--only ${only}: say ${agentNames.join(' or ')}`);
    Object.assign(process.env, spec.environment);
    await becomeComponent(spec.name, spec.args.slice(1));
    return;
  }
  const log = createLogger({ component: 'agent', level: config.logLevel }).child({ node: config.nodeName });
  const readSpecs = async () => computeChildSpecs(await readAgentConfiguration(command));
  const agent = new MachineAgent({ config, specs, readSpecs, clock: systemClock, log });
  await runProcess((signal) => agent.run(signal), { log, drainMs, report: (thrown) => sayRefusal(thrown, log) });
}

/** The log is for machines; whoever starts the agent by hand is told in words, last. */
function sayRefusal(thrown: unknown, log: Logger): void {
  if (isRefusal(thrown)) console.error(`longshore agent: ${thrown.message}`);
  else log.error('process failed', { error: thrown });
}
