import { readComponent } from '../components/component-runner.js';
import { printOutput, type OutputFormat } from '../terminal/output.js';
import { renderTable } from '../terminal/table.js';

/** A join token as `control-plane token create` tells it. */
interface NewToken {
  id: string;
  token: string;
  expiresAt: string;
  uses?: number;
  joinUrl?: string;
}

interface ListedToken {
  id: string;
  used: number;
  uses?: number;
  expiresAt?: string;
}

/** Makes a join token and prints the command that a machine joins with, or with `quiet` the token alone. */
export async function createToken(options: {
  dataDir: string;
  /** Milliseconds. */
  ttl?: number;
  uses?: number;
  quiet: boolean;
  output: OutputFormat;
}): Promise<void> {
  const { dataDir, ttl, uses, quiet, output } = options;
  const limits = [
    ...(ttl === undefined ? [] : ['--ttl', `${Math.ceil(ttl / 1_000)}s`]),
    ...(uses === undefined ? [] : ['--uses', String(uses)]),
  ];
  const text = await readComponent('control-plane', ['token', 'create', '--data-dir', dataDir, ...limits, '--output', 'json']);
  if (text === undefined) return;
  const created = JSON.parse(text) as NewToken;
  const joinCommand = renderJoinCommand(created);
  printOutput({ ...created, joinCommand }, { output }, () => (quiet ? created.token : joinCommand));
  if (output === 'text' && !quiet) console.error(renderAdvice(created));
}

export async function listTokens(options: { dataDir: string; output: OutputFormat }): Promise<void> {
  const { dataDir, output } = options;
  const text = await readComponent('control-plane', ['token', 'list', '--data-dir', dataDir, '--output', 'json']);
  if (text !== undefined) printOutput(JSON.parse(text) as ListedToken[], { output }, renderTokens);
}

function renderJoinCommand({ joinUrl = 'https://HOST:6444', token }: NewToken): string {
  return `longshore agent --join ${joinUrl} --token ${token}`;
}

function renderAdvice({ expiresAt, uses, joinUrl }: NewToken): string {
  const limit = uses === undefined ? '' : `, for ${uses} certificates (a machine takes two)`;
  const address = joinUrl === undefined ? '\nPut the address of this machine in the place of HOST.' : '';
  return `Run this as root on a machine with Docker, until ${expiresAt}${limit}; "longshore install agent" with the same flags makes services of it.${address}`;
}

function renderTokens(tokens: ListedToken[]): string {
  const rows = tokens.map(({ id, used, uses, expiresAt }) => [id, `${used}/${uses ?? 'any'}`, expiresAt ?? 'never']);
  return renderTable([['ID', 'USES', 'EXPIRES'], ...rows]);
}
