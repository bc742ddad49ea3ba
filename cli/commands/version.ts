import type { Command } from 'commander';

import { LongshoreError } from '../../lib/errors/errors.js';
import { longshoreVersion } from '../../lib/version/longshore-version.js';
import { connect, type ConnectionOptions, withConnection } from '../connection/options.js';
import { type OutputOption, printOutput, withOutput } from '../terminal/output.js';
import { renderTable } from '../terminal/table.js';

interface Versions {
  longshore: string;
  node: string;
  server: { url: string; version: string } | { problem: string };
}

const answerMs = 3_000;

/** version: of this command and of the API server, if one can be reached. */
export function addVersionCommand(program: Command): void {
  const command = withOutput(program.command('version').description('show the versions of longshore and of the API server'));
  withConnection(command, { namespaced: false }).action(async (flags: ConnectionOptions & OutputOption) => {
    const versions: Versions = { longshore: longshoreVersion(), node: process.version, server: await serverVersion(flags) };
    printOutput(versions, flags, renderVersions);
  });
}

/** That there is no server is an answer too. */
async function serverVersion(options: ConnectionOptions): Promise<Versions['server']> {
  try {
    using client = await connect(options);
    const { gitVersion } = await client.version(AbortSignal.timeout(answerMs));
    return { url: client.access.server, version: gitVersion };
  } catch (thrown) {
    return { problem: LongshoreError.from(thrown).message.split('\n')[0] ?? '' };
  }
}

function renderVersions({ longshore, node, server }: Versions): string {
  return renderTable([
    ['longshore', longshore, `Node.js ${node}`],
    'problem' in server ? ['server', server.problem] : ['server', server.version, server.url],
  ]);
}
