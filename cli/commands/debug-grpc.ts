import type { Command } from 'commander';

import { LongshoreError } from '../../lib/errors/errors.js';
import { requireCluster } from '../../lib/local-cluster/cluster-file.js';
import { identityFile, layoutOf } from '../../lib/local-cluster/layout.js';
import { DebugGrpc } from '../debug-grpc/debug-grpc.js';
import { type DirOption, withDir } from './options.js';

/** debug grpc: calls of the node plane by server reflection. */
export function addDebugGrpcCommands(program: Command): void {
  const grpc = program
    .command('debug')
    .description('tools for looking inside')
    .command('grpc')
    .description('call the node plane by server reflection');

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
}

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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new LongshoreError('InvalidArgument', `the request is not JSON: ${(thrown as Error).message}`, { cause: thrown });
  }
}
