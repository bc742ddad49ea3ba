import type { Command } from 'commander';

import { connect, type ConnectionOptions, withConnection } from '../connection/options.js';
import { listNodes } from '../nodes/list-nodes.js';
import { removeNode, renderRemovalAdvice } from '../nodes/remove-node.js';
import { interruptSignal } from '../terminal/interrupt.js';
import { type OutputOption, withOutput } from '../terminal/output.js';
import { Progress } from '../terminal/progress.js';
import { integer } from './options.js';

/** node list, node remove: the machines of the cluster. */
export function addNodeCommands(program: Command): void {
  const node = program.command('node').description('machines of the cluster');
  withConnection(withOutput(node.command('list').description('show them, with their addresses')), { namespaced: false }).action(
    async (options: ConnectionOptions & OutputOption) => {
      using client = await connect(options);
      await listNodes(client, options, interruptSignal());
    },
  );

  const remove = node
    .command('remove <name>')
    .description('take a machine out: its pods move away, its agent is stopped, its Node goes')
    .option('--timeout <seconds>', 'for its pods to end, and again for its agent to stop', integer(1, 86_400), 120)
    .option('--force', 'the machine is gone: remove its Node and its pods at once', false);
  withConnection(remove, { namespaced: false }).action(
    async (name: string, { timeout, force, ...options }: ConnectionOptions & { timeout: number; force: boolean }) => {
      using client = await connect(options);
      await removeNode(client, { name, timeoutMs: timeout * 1_000, force }, new Progress(), interruptSignal());
      console.error(renderRemovalAdvice(name, force));
    },
  );
}
