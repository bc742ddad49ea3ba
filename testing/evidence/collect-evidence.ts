import { linkedController } from '../../lib/async/signals.js';
import { systemClock } from '../../lib/clock/clock.js';
import type { ApiClient } from '../../lib/kubernetes-client/api-client.js';
import type { LocalParts } from '../cluster/backend.js';
import { EvidenceFolder } from './evidence-folder.js';
import { readTails } from './read-tails.js';
import { writeHost } from './write-host.js';
import { writeLogs } from './write-logs.js';
import { writeObjects } from './write-objects.js';

/** The API may be what is broken. */
const deadlineMs = 20_000;
const logBytes = 256 * 1024;

/**
 * Everything that tells why a test has failed, as of now:
 *
 *   failure.txt                     the test and its error
 *   events.txt                      all events, oldest first
 *   objects/<namespace>/<kind>.yaml what is there; of Secrets no data
 *   pods/<namespace>/<pod>/<container>[.previous].log
 *   logs/<process>.log              of a local cluster, as the next two
 *   status.txt                      its processes, and whether they are ready
 *   host/{nftables,routes,addresses,containers}.txt   with runtime docker
 *
 * @returns the folder's path
 */
export async function collectEvidence(options: {
  dir: string;
  title: string;
  failure: unknown;
  client: ApiClient;
  local: LocalParts | undefined;
}): Promise<string> {
  const { dir, title, failure, client, local } = options;
  const folder = await EvidenceFolder.create(dir, title);
  using life = linkedController(new AbortController().signal);
  const cancel = systemClock.after(deadlineMs, () => {
    life.abort(new Error(`no answer within ${deadlineMs / 1000} s`));
  });
  try {
    await Promise.all([
      folder.write('failure.txt', () => `${title}\n\n${describe(failure)}\n`),
      writeObjects(folder, client, life.signal),
      writeLogs(folder, client, life.signal),
      ...(local ? [writeHost(folder, local), writeProcessLogs(folder, local)] : []),
    ]);
  } finally {
    cancel();
  }
  return folder.path;
}

function describe(failure: unknown): string {
  if (failure === undefined) return '';
  return failure instanceof Error ? (failure.stack ?? failure.message) : JSON.stringify(failure, undefined, 2);
}

async function writeProcessLogs(folder: EvidenceFolder, { layout }: LocalParts): Promise<void> {
  for (const { name, text } of await readTails(layout.logs, logBytes)) await folder.write(`logs/${name}`, () => text);
}
