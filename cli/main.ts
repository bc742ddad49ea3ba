import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Command, InvalidArgumentError } from 'commander';

import { LongshoreError } from '../lib/errors/errors.js';
import { DebugGrpc } from './debug-grpc/debug-grpc.js';
import { requireCluster } from './local-cluster/cluster-file.js';
import { takeDown } from './local-cluster/down.js';
import { defaultDir, identityFile, layoutOf } from './local-cluster/layout.js';
import { isHealthy, readStatus, renderStatus } from './local-cluster/status.js';
import { bringUp, type UpOptions } from './local-cluster/up.js';
import { runQuickstart } from './quickstart/quickstart.js';
import { Progress } from './terminal/progress.js';

/** The checkout or the installed package: this file runs from dist/cli. */
const home = fileURLToPath(new URL('../..', import.meta.url));

const program = new Command('longshore')
  .description('Kubernetes pods on ordinary Docker hosts')
  .version((JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string }).version)
  .showHelpAfterError('(longshore --help shows every command)');

interface DirOption {
  dir: string;
}
interface UpFlags extends DirOption {
  nodes: number;
  port: number;
  podNet: number;
  serviceNet: number;
  timeout: number;
}

function withDir(command: Command): Command {
  return command.option('--dir <folder>', "the cluster's folder (also LONGSHORE_DIR)", defaultDir(process.env));
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

withDir(program.command('status').description('show processes, nodes and pods; exits with 1 unless all is healthy')).action(
  async ({ dir }: DirOption) => {
    const status = await readStatus(dir);
    console.log(renderStatus(status));
    if (!isHealthy(status)) process.exitCode = 1;
  },
);

withUpFlags(program.command('quickstart').description('start a cluster, run the guestbook on it and sign it'))
  .option('--manifests <folder>', 'folder of the manifests to apply', join(home, 'examples', 'guestbook'))
  .action(async (flags: UpFlags & { manifests: string }) => {
    console.log(await runQuickstart({ ...upOptions(flags), manifests: flags.manifests }, new Progress()));
  });

const grpc = program
  .command('debug')
  .description('tools for looking inside')
  .command('grpc')
  .description('call the node plane by server reflection');

interface GrpcFlags extends DirOption {
  node?: string;
  as: string;
  address?: string;
}

function withGrpcFlags(command: Command): Command {
  return withDir(command)
    .option('--node <name>', 'speak with the certificate of this node (default: the first)')
    .option('--as <agent>', 'kubelet or kube-proxy', 'kubelet')
    .option('--address <host:port>', "node plane to call (default: the cluster's)");
}

async function connectGrpc({ dir, node, as, address }: GrpcFlags): Promise<DebugGrpc> {
  const layout = layoutOf(dir);
  const cluster = await requireCluster(layout);
  const name = node ?? cluster.nodes[0] ?? '';
  if (!cluster.nodes.includes(name))
    throw new LongshoreError('NotFound', `there is no node ${name}: the cluster has ${cluster.nodes.join(', ')}`);
  if (as !== 'kubelet' && as !== 'kube-proxy')
    throw new LongshoreError('InvalidArgument', `--as ${as}: say kubelet or kube-proxy`);
  const identity =
    as === 'kubelet' ? identityFile('kubelet-agent', layout.kubelet(name)) : identityFile('kube-proxy', layout.kubeProxy(name));
  return DebugGrpc.connect({ address: address ?? `127.0.0.1:${cluster.nodePlanePort}`, identityFile: identity });
}

withGrpcFlags(grpc.command('list').description('names of the services')).action(async (flags: GrpcFlags) => {
  console.log((await (await connectGrpc(flags)).listServices()).join('\n'));
});

withGrpcFlags(grpc.command('describe <service>').description('calls of a service')).action(
  async (service: string, flags: GrpcFlags) => {
    console.log(await (await connectGrpc(flags)).describe(service));
  },
);

withGrpcFlags(grpc.command('call <service/method> [json]').description('send one request and print every answer')).action(
  async (method: string, json: string | undefined, flags: GrpcFlags) => {
    const stop = new AbortController();
    process.once('SIGINT', () => {
      stop.abort();
    });
    const client = await connectGrpc(flags);
    await client.call(method, parseJson(json ?? '{}'), (message) => console.log(JSON.stringify(message, null, 2)), stop.signal);
  },
);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new LongshoreError('InvalidArgument', `the request is not JSON: ${(thrown as Error).message}`, { cause: thrown });
  }
}

function integer(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(`say a whole number from ${least} to ${most}`);
    return value;
  };
}

try {
  await program.parseAsync();
} catch (thrown) {
  const error = LongshoreError.from(thrown);
  console.error(`longshore: ${error.message}`);
  process.exitCode = error.code === 'InvalidArgument' ? 2 : 1;
}
