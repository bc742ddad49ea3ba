import { join } from 'node:path';

import { readFileIfExists } from '../files/read-file-if-exists.js';
import { writeFileAtomic } from '../files/write-file-atomic.js';

/** Where the rest of the world reaches a control plane. */
export interface ControlPlaneAddresses {
  /** The Kubernetes API, for example https://10.0.0.5:6443. */
  api: string;
  /** The node plane, for agents. */
  nodePlane: string;
}

/** Written at every start into the control plane's data directory, for the commands of its machine. */
export function writeAddresses(dataDir: string, addresses: ControlPlaneAddresses): Promise<void> {
  return writeFileAtomic(fileOf(dataDir), `${JSON.stringify(addresses, null, 2)}\n`);
}

/** Undefined before the first start. */
export async function readAddresses(dataDir: string): Promise<ControlPlaneAddresses | undefined> {
  const text = await readFileIfExists(fileOf(dataDir));
  return text === undefined ? undefined : (JSON.parse(text) as ControlPlaneAddresses);
}

function fileOf(dataDir: string): string {
  return join(dataDir, 'addresses.json');
}
