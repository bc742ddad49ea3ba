import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type YAMLMap } from 'yaml';

import { closest } from '../text/closest.js';
import type { Setting } from './setting.js';

export const configurationApiVersion = 'longshore.dev/v1';

/** A setting's value as text, and where it was said. */
export interface Given {
  readonly text: string;
  /** For people: a flag, a variable, or file:line:column and key. */
  readonly where: string;
}

export interface ConfigurationFile {
  /** By the settings' keys. */
  readonly given: ReadonlyMap<string, Given>;
  /** Everything that is wrong with the file itself, each with file:line:column. */
  readonly problems: readonly string[];
}

/**
 * Reads one YAML (or JSON) document: apiVersion, kind, then the settings by their keys. Values
 * become the text that the flag would be given; that text is not judged here. Pure.
 * @param file its name, for messages
 */
export function parseConfigurationFile(
  text: string,
  { file, kind, settings }: { file: string; kind: string; settings: readonly Setting[] },
): ConfigurationFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const given = new Map<string, Given>();
  const problems = document.errors.map(({ pos, message }) => `${at(pos[0])}: ${message}`);
  const { contents } = document;
  if (!isMap(contents)) {
    if (problems.length === 0) problems.push(`${file}:1:1: must hold settings: begin with ${headerOf(kind)}`);
    return { given, problems };
  }
  const map = contents as YAMLMap<Node, Node | null>;
  problems.push(...headerProblems(map, kind, at));
  for (const pair of map.items) {
    const key = keyOf(pair);
    const where = at(pair.key.range?.[0] ?? 0);
    if (key === 'apiVersion' || key === 'kind') continue;
    const setting = settings.find((candidate) => candidate.key === key);
    if (!setting) {
      problems.push(`${where}: ${unknownKey(key, settings)}`);
      continue;
    }
    const value = textOf(pair.value, setting);
    if ('text' in value) given.set(key, { text: value.text, where: `${at(pair.value?.range?.[0] ?? 0)}: ${key}` });
    else problems.push(`${at(pair.value?.range?.[0] ?? pair.key.range?.[0] ?? 0)}: ${key} ${value.problem}`);
  }
  return { given, problems };
}

function headerOf(kind: string): string {
  return `apiVersion: ${configurationApiVersion} and kind: ${kind}`;
}

function headerProblems(map: YAMLMap<Node, Node | null>, kind: string, at: (offset: number) => string): string[] {
  return Object.entries({ apiVersion: configurationApiVersion, kind }).flatMap(([name, wanted]) => {
    const pair = map.items.find((candidate) => keyOf(candidate) === name);
    if (!pair) return [`${at(map.range?.[0] ?? 0)}: ${name} is missing: add ${name}: ${wanted}`];
    const said = isScalar(pair.value) ? String(pair.value.value) : 'no word';
    return said === wanted ? [] : [`${at(pair.value?.range?.[0] ?? 0)}: ${name} is ${said}, and must be ${wanted}`];
  });
}

function keyOf({ key }: Pair<Node, Node | null>): string {
  return isScalar(key) ? String(key.value) : '';
}

function unknownKey(key: string, settings: readonly Setting[]): string {
  const name = key.replace(/^-+/, '');
  const meant =
    settings.find((setting) => setting.name() === name)?.key ??
    closest(
      name,
      settings.map((setting) => setting.key),
    );
  if (meant !== undefined) return `there is no setting ${key}: did you mean ${meant}?`;
  const known = settings.map((setting) => setting.key).sort();
  return `there is no setting ${key}: remove it; there are ${known.join(', ')}`;
}

type Read = { text: string } | { problem: string };

function textOf(value: Node | null, { shape, key }: Setting): Read {
  if (value === null || (isScalar(value) && value.value === null))
    return { problem: 'has no value: give one, or remove the line' };
  if (isScalar(value)) return { text: scalarText(value.value, value.source) };
  if (isSeq(value) && shape === 'list') {
    const items = value.items.map((item) => (isScalar(item) ? scalarText(item.value, item.source) : undefined));
    if (items.every((item) => item !== undefined)) return { text: items.join(',') };
    return { problem: `must be a list of words: ${key}: [a, b]` };
  }
  if (isMap(value) && shape === 'map') {
    const entries = (value as YAMLMap<Node, Node | null>).items.map((pair) =>
      isScalar(pair.value) ? `${keyOf(pair)}=${scalarText(pair.value.value, pair.value.source)}` : undefined,
    );
    if (entries.every((entry) => entry !== undefined)) return { text: entries.join(',') };
  }
  if (shape === 'map') return { problem: `must be names with values: ${key}: {a: b}` };
  if (shape === 'list') return { problem: `must be a list: ${key}: [a, b]` };
  return { problem: `must be one value: ${key}: a` };
}

/** As it was written, so that 010 or 1e3 is not read as another number than the flag would be. */
function scalarText(value: unknown, source: string | undefined): string {
  return typeof value === 'string' ? value : (source ?? String(value));
}
