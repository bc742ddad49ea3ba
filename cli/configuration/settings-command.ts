import { readFile } from 'node:fs/promises';

import { type Command, Option } from 'commander';

import { parseConfigurationFile } from '../../lib/configuration/configuration-file.js';
import { renderConfiguration } from '../../lib/configuration/render-configuration.js';
import { type Resolution, type Resolved, resolveConfiguration } from '../../lib/configuration/resolve-configuration.js';
import type { SettingProblem } from '../../lib/configuration/setting-problem.js';
import type { Setting } from '../../lib/configuration/setting.js';
import { LongshoreError } from '../../lib/errors/errors.js';

/** A program that is configured by flags, environment and a file. */
export interface Configurable<Config> {
  /** Of the file. */
  kind: string;
  settings: readonly Setting[];
  check: (config: Config) => SettingProblem[];
}

/**
 * Gives `command` a flag for every setting, --config and --print-config. The flags only take
 * text: everything that is wrong is told at once by {@link readConfiguration}.
 */
export function addSettings(command: Command, settings: readonly Setting[], kind: string): void {
  for (const setting of settings) command.addOption(textOption(setting));
  command
    .addOption(new Option('--config <file>', `YAML file of kind ${kind}; flags and environment win`).env('LONGSHORE_CONFIG'))
    .option('--print-config', 'print the configuration in effect and where each line is from, and end', false);
}

/** What is in effect for an invoked command. @throws LongshoreError InvalidArgument, NotFound (no such file) */
export async function readConfiguration<Config>(
  command: Command,
  { kind, settings, check }: Configurable<Config>,
): Promise<Resolution<Config>> {
  const flags = new Map(
    settings
      .filter(({ key }) => command.getOptionValueSource(key) === 'cli')
      .map(({ key }) => [key, String(command.getOptionValue(key))]),
  );
  const path = command.getOptionValue('config') as string | undefined;
  const file =
    path === undefined ? undefined : parseConfigurationFile(await readConfigurationFile(path), { file: path, kind, settings });
  return resolveConfiguration({ settings, flags, environment: process.env, ...(file && { file }) }, check);
}

/** Answers --print-config. @returns whether it was asked for */
export function printedConfiguration(command: Command, kind: string, resolved: readonly Resolved[]): boolean {
  if (command.getOptionValue('printConfig') !== true) return false;
  console.log(renderConfiguration(kind, resolved));
  return true;
}

function textOption(setting: Setting): Option {
  const option = new Option(setting.flags, setting.description);
  const { defaultValueDescription, envVar, argChoices, shape } = setting;
  const defaultValue = setting.defaultValue as unknown;
  if (defaultValue !== undefined && !isEmpty(defaultValue)) option.default(defaultValue, defaultValueDescription);
  if (envVar !== undefined) option.env(envVar);
  if (argChoices) option.argChoices = argChoices;
  const given: string[] = [];
  if (shape !== 'scalar') option.argParser((text) => given.push(text) && given.join(','));
  return option;
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

async function readConfigurationFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    throw new LongshoreError('NotFound', `--config ${path} cannot be read: ${(thrown as Error).message}`, { cause: thrown });
  }
}
