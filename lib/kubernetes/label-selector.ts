import { LongshoreError } from '../errors/errors.js';
import type { LabelSelector } from './types/meta-v1.js';

export type Labels = Readonly<Record<string, string>>;

/** `=` and `==` are In with one value, `!=` is NotIn. Gt and Lt compare integers. */
export type SelectorOperator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';

export interface Requirement {
  readonly key: string;
  readonly operator: SelectorOperator;
  /** Empty for Exists and DoesNotExist, one integer for Gt and Lt. */
  readonly values: readonly string[];
}

const namePart = /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const prefixPart = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;
const integer = /^[+-]?\d+$/;

/**
 * The requirements of a selector as clients write it: `a=b,c in (d,e),!f,x!=y,g>3`.
 * An empty text selects everything.
 * Source: k8s.io/apimachinery/pkg/labels.
 * @throws LongshoreError InvalidArgument with what was expected, and where
 */
export function parseLabelSelector(text: string): Requirement[] {
  const tokens = tokenize(text);
  let position = 0;
  const peek = (): Token => tokens[position] ?? { kind: 'end', text: '', at: text.length };
  const take = (): Token => {
    const token = peek();
    position++;
    return token;
  };
  const expect = (kind: TokenKind, what: string): Token => {
    const token = take();
    if (token.kind !== kind) throw unexpected(text, token, what);
    return token;
  };

  const values = (): string[] => {
    expect('(', "'('");
    const found: string[] = [];
    for (;;) {
      found.push(peek().kind === 'word' ? take().text : '');
      const next = take();
      if (next.kind === ')') return found;
      if (next.kind !== ',') throw unexpected(text, next, "',' or ')'");
    }
  };

  const requirement = (): Requirement => {
    if (peek().kind === '!') {
      take();
      return { key: expect('word', 'a label key').text, operator: 'DoesNotExist', values: [] };
    }
    const key = expect('word', 'a label key').text;
    const operator = peek();
    if (operator.kind === ',' || operator.kind === 'end') return { key, operator: 'Exists', values: [] };
    take();
    const value = (): string => (peek().kind === 'word' ? take().text : '');
    if (operator.kind === '=' || operator.kind === '==') return { key, operator: 'In', values: [value()] };
    if (operator.kind === '!=') return { key, operator: 'NotIn', values: [value()] };
    if (operator.kind === '>') return { key, operator: 'Gt', values: [value()] };
    if (operator.kind === '<') return { key, operator: 'Lt', values: [value()] };
    if (operator.kind === 'word' && operator.text === 'in') return { key, operator: 'In', values: values() };
    if (operator.kind === 'word' && operator.text === 'notin') return { key, operator: 'NotIn', values: values() };
    throw unexpected(text, operator, "'=', '!=', '==', 'in', 'notin', '>' or '<'");
  };

  const requirements: Requirement[] = [];
  if (peek().kind === 'end') return requirements;
  for (;;) {
    const found = requirement();
    validate(found);
    requirements.push(found);
    const next = take();
    if (next.kind === 'end') return requirements;
    if (next.kind !== ',') throw unexpected(text, next, "',' or the end");
  }
}

/** Whether `labels` meet every requirement. NotIn is met by labels that lack the key. */
export function matchesRequirements(requirements: readonly Requirement[], labels: Labels | undefined): boolean {
  return requirements.every((requirement) => matchesRequirement(requirement, labels));
}

export function matchesRequirement({ key, operator, values }: Requirement, labels: Labels | undefined): boolean {
  const value = labels && Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
    case 'Lt': {
      const [bound = ''] = values;
      if (value === undefined || !integer.test(value) || !integer.test(bound)) return false;
      return operator === 'Gt' ? BigInt(value) > BigInt(bound) : BigInt(value) < BigInt(bound);
    }
  }
}

/**
 * The requirements of a LabelSelector object; an empty one has none and selects everything.
 * @throws LongshoreError InvalidArgument
 */
export function labelSelectorRequirements(selector: LabelSelector): Requirement[] {
  const exact = Object.entries(selector.matchLabels ?? {}).map(
    ([key, value]): Requirement => ({ key, operator: 'In', values: [value] }),
  );
  const expressions = (selector.matchExpressions ?? []).map((expression): Requirement => {
    const { key, operator, values = [] } = expression;
    if (operator !== 'In' && operator !== 'NotIn' && operator !== 'Exists' && operator !== 'DoesNotExist') {
      throw invalid(`"${operator}" is not a valid label selector operator`);
    }
    return { key, operator, values };
  });
  const requirements = [...exact, ...expressions];
  requirements.forEach(validate);
  return requirements;
}

/**
 * Whether a LabelSelector object selects `labels`. No selector selects nothing, an empty
 * one everything. A selector that validation would refuse selects nothing.
 */
export function matchesLabelSelector(selector: LabelSelector | undefined, labels: Labels | undefined): boolean {
  if (!selector) return false;
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    if (!labels || !Object.hasOwn(labels, key) || labels[key] !== value) return false;
  }
  for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
    if (operator !== 'In' && operator !== 'NotIn' && operator !== 'Exists' && operator !== 'DoesNotExist') return false;
    if (!matchesRequirement({ key, operator, values }, labels)) return false;
  }
  return true;
}

/** The text of `requirements` as Kubernetes writes it, sorted by key; the inverse of {@link parseLabelSelector}. */
export function formatRequirements(requirements: readonly Requirement[]): string {
  return [...requirements]
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(formatRequirement)
    .join(',');
}

function formatRequirement({ key, operator, values }: Requirement): string {
  const [first = ''] = values;
  const set = `(${[...values].sort().join(',')})`;
  switch (operator) {
    case 'In':
      return values.length === 1 ? `${key}=${first}` : `${key} in ${set}`;
    case 'NotIn':
      return values.length === 1 ? `${key}!=${first}` : `${key} notin ${set}`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    case 'Gt':
      return `${key}>${first}`;
    case 'Lt':
      return `${key}<${first}`;
  }
}

/** Whether `key` is a label or annotation key: an optional DNS prefix and a name of 63 characters at most. */
export function isQualifiedName(key: string): boolean {
  const slash = key.indexOf('/');
  if (slash === -1) return namePart.test(key);
  const prefix = key.slice(0, slash);
  return prefix.length <= 253 && prefixPart.test(prefix) && namePart.test(key.slice(slash + 1));
}

/** Whether `value` is a label value: empty, or 63 characters at most of letters, digits, `-`, `_` and `.`. */
export function isLabelValue(value: string): boolean {
  return value === '' || namePart.test(value);
}

function validate({ key, operator, values }: Requirement): void {
  if (!isQualifiedName(key)) throw invalid(`"${key}" is not a valid label key`);
  const badValue = values.find((value) => !isLabelValue(value));
  if (badValue !== undefined) throw invalid(`"${badValue}" is not a valid label value`);
  if ((operator === 'In' || operator === 'NotIn') && values.length === 0) {
    throw invalid(`for 'in', 'notin' operators, values set can't be empty (key "${key}")`);
  }
  if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0) {
    throw invalid(`values set must be empty for exists and does not exist (key "${key}")`);
  }
  if ((operator === 'Gt' || operator === 'Lt') && !integer.test(values[0] ?? '')) {
    throw invalid(`for 'Gt', 'Lt' operators, the value must be an integer (key "${key}")`);
  }
}

type TokenKind = 'word' | '(' | ')' | ',' | '!' | '=' | '==' | '!=' | '>' | '<' | 'end';

interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Index of its first character. */
  readonly at: number;
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(/\s+|==|!=|[(),!=<>]|[^\s(),!=<>]+/g)) {
    const [found] = match;
    if (found.trim() === '') continue;
    const symbol = /^[(),!=<>]/.test(found);
    tokens.push({ kind: symbol ? (found as TokenKind) : 'word', text: found, at: match.index });
  }
  return tokens;
}

function unexpected(text: string, token: Token, what: string): LongshoreError {
  const found = token.kind === 'end' ? 'the end' : `'${token.text}' at ${token.at}`;
  return invalid(`unable to parse selector "${text}": found ${found}, expected ${what}`);
}

function invalid(message: string): LongshoreError {
  return new LongshoreError('InvalidArgument', message);
}
