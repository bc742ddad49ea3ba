import { LongshoreError } from '../errors/errors.js';
import type { ConfigurationFile, Given } from './configuration-file.js';
import { refuseProblems, type SettingProblem } from './setting-problem.js';
import { type Setting, settingNamed } from './setting.js';

/** A setting with what it is and who said so. */
export interface Resolved {
  readonly setting: Setting;
  /** As the flag would be given it; undefined: nobody said it and it has no default. */
  readonly text: string | undefined;
  readonly value: unknown;
  /** For people: a flag, a variable, file:line:column and key; undefined: the default. */
  readonly where: string | undefined;
}

/** A configuration that holds together. */
export interface Resolution<Config> {
  /** The values by key; those that nobody gave and that have no default are left out. */
  readonly config: Config;
  readonly resolved: readonly Resolved[];
}

export interface ConfigurationSources {
  settings: readonly Setting[];
  /** What the command line says, by key. */
  flags: ReadonlyMap<string, string>;
  environment: NodeJS.ProcessEnv;
  file?: ConfigurationFile;
}

/**
 * The value of every setting: the flag before the variable, before the file, before the
 * default. An empty variable counts as none. Judged as a whole.
 * @param check of the values together; run once each of them can be read
 * @throws LongshoreError InvalidArgument that names everything that is wrong, where, and how to mend it
 */
export function resolveConfiguration<Config>(
  { settings, flags, environment, file }: ConfigurationSources,
  check: (config: Config) => SettingProblem[],
): Resolution<Config> {
  const problems = [...(file?.problems ?? [])];
  const resolved = settings.map((setting): Resolved => {
    const given = givenTo(setting, flags, environment, file);
    if (!given) return { setting, text: defaultText(setting), value: setting.defaultValue as unknown, where: undefined };
    try {
      return { setting, ...given, value: setting.read(given.text) };
    } catch (thrown) {
      const shown = setting.secret ? '' : ` ${given.text}`;
      problems.push(`${given.where}${shown} is not valid: ${LongshoreError.from(thrown).message}`);
      return { setting, ...given, value: undefined };
    }
  });
  const config = valuesOf(resolved) as Config;
  if (problems.length === 0) {
    for (const { setting, problem } of check(config)) {
      const where = resolved.find((each) => each.setting.key === setting)?.where;
      problems.push(`${where ?? settingNamed(settings, setting).long ?? setting} ${problem}`);
    }
  }
  refuseProblems(problems.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })));
  return { config, resolved };
}

function valuesOf(resolved: readonly Resolved[]): unknown {
  return Object.fromEntries(
    resolved.filter(({ value }) => value !== undefined).map(({ setting, value }) => [setting.key, value]),
  );
}

function givenTo(
  setting: Setting,
  flags: ReadonlyMap<string, string>,
  environment: NodeJS.ProcessEnv,
  file: ConfigurationFile | undefined,
): Given | undefined {
  const { key, long, envVar } = setting;
  const flag = flags.get(key);
  if (flag !== undefined) return { text: flag, where: long ?? key };
  const variable = envVar === undefined ? undefined : environment[envVar];
  if (variable) return { text: variable, where: envVar ?? key };
  return file?.given.get(key);
}

function defaultText({ defaultValue }: Setting): string | undefined {
  const value = defaultValue as unknown;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.join(',');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
