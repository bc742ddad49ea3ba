import { stringify } from 'yaml';

import { configurationApiVersion } from './configuration-file.js';
import type { Resolved } from './resolve-configuration.js';

/** The effective configuration as a file that says the same, each line with who said it; secrets are hidden. */
export function renderConfiguration(kind: string, resolved: readonly Resolved[]): string {
  const lines = resolved.flatMap(({ setting, text, where }) => {
    const source = where === undefined ? 'default' : where.replace(new RegExp(`: ${setting.key}$`), '');
    if (text === undefined) return [];
    if (setting.secret) return [`# ${setting.key} is not shown # ${source}`];
    return [`${setting.key}: ${valueOf(text, setting.shape)} # ${source}`];
  });
  return [`apiVersion: ${configurationApiVersion}`, `kind: ${kind}`, ...lines].join('\n');
}

/** What somebody said, as a file that says it to the program; secrets are left out. */
export function renderConfigurationFile(kind: string, resolved: readonly Resolved[]): string {
  const said = resolved.flatMap(({ setting: { key, shape, secret }, text, where }) =>
    where === undefined || text === undefined || secret ? [] : [`${key}: ${valueOf(text, shape)}`],
  );
  return `${[`apiVersion: ${configurationApiVersion}`, `kind: ${kind}`, ...said].join('\n')}\n`;
}

function valueOf(text: string, shape: Resolved['setting']['shape']): string {
  const flow = (value: unknown): string => stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim();
  if (shape === 'list') return flow(text.split(','));
  if (shape === 'map') return flow(Object.fromEntries(text.split(',').map((pair) => pair.split(/=(.*)/s).slice(0, 2))));
  return flow(/^\d+$/.test(text) ? Number(text) : text);
}

/** As flags that say the same to a program which has these settings. */
export function renderFlags(resolved: readonly Resolved[]): string[] {
  return resolved.flatMap(({ setting, text }) => (text === undefined ? [] : [setting.long ?? '', text]));
}
