import { join } from 'node:path';

import type { Command } from 'commander';

import { LongshoreError } from '../../lib/errors/errors.js';
import { takeDown } from '../../lib/local-cluster/down.js';
import { layoutOf } from '../../lib/local-cluster/layout.js';
import { bringUp, type UpOptions } from '../../lib/local-cluster/up.js';
import { exitCodes } from '../exit-codes.js';
import { home } from '../home.js';
import { runQuickstart } from '../quickstart/quickstart.js';
import { isHealthy, readStatus, renderStatus, summarizeStatus } from '../status/status.js';
import { type OutputOption, printOutput, withOutput } from '../terminal/output.js';
import { Progress } from '../terminal/progress.js';
import { type DirOption, integer, withDir } from './options.js';

interface UpFlags extends DirOption {
  nodes: number;
  port: number;
  podNet: number;
  serviceNet: number;
  timeout: number;
}

/** up, down, status, quickstart: a cluster of processes on this host. */
export function addLocalClusterCommands(program: Command): void {
  addQuickstart(program);
  addUpAndDown(program);
  addStatus(program);
}

function addQuickstart(program: Command): void {
  withUpFlags(program.command('quickstart').description('start a cluster, run the guestbook on it and sign it'))
    .option('--manifests <folder>', 'folder of the manifests to apply', join(home, 'examples', 'guestbook'))
    .action(async (flags: UpFlags & { manifests: string }) => {
      console.log(await runQuickstart({ ...upOptions(flags), manifests: flags.manifests }, new Progress()));
    });
}

function addUpAndDown(program: Command): void {
  withUpFlags(
    program.command('up').description('start a local cluster, or bring a running one to its full number of processes'),
  ).action(async (flags: UpFlags) => {
    await bringUp(upOptions(flags), new Progress());
    console.log(`export KUBECONFIG=${layoutOf(flags.dir).kubeconfig}`);
  });

  withDir(program.command('down').description('stop a local cluster and remove everything that it made'))
    .option('--keep-data', 'keep the store, certificates and logs for the next up', false)
    .action(async ({ dir, keepData }: DirOption & { keepData: boolean }) => {
      await takeDown({ dir, keepData }, new Progress());
    });
}

function addStatus(program: Command): void {
  withOutput(
    withDir(program.command('status').description('show processes, nodes and pods; exits with 1 unless all is healthy')),
  ).action(async ({ dir, output }: DirOption & OutputOption) => {
    const status = await readStatus(dir);
    printOutput(summarizeStatus(status), { output }, () => renderStatus(status));
    if (!isHealthy(status)) process.exitCode = exitCodes.failure;
  });
}

function withUpFlags(command: Command): Command {
  return withDir(command)
    .option('--nodes <count>', 'how many nodes', integer(1, 50), 3)
    .option('--port <port>', 'first TCP port to try for the API; ports that are taken are skipped', integer(1, 65_000), 6443)
    .option('--pod-net <n>', 'pods get addresses of 10.<n>.0.0/16', integer(0, 255), 244)
    .option('--service-net <n>', 'services get addresses of 10.<n>.0.0/17', integer(0, 255), 96)
    .option('--timeout <seconds>', 'give up after this long', integer(1, 3_600), 120);
}

function upOptions({ dir, nodes, port, podNet, serviceNet, timeout }: UpFlags): UpOptions {
  if (podNet === serviceNet) throw new LongshoreError('InvalidArgument', '--pod-net and --service-net must differ');
  return { dir, nodes, apiPort: port, podNet, serviceNet, timeoutMs: timeout * 1000 };
}
