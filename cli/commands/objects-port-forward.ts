import type { Command } from 'commander';

import { collectValues } from '../../lib/command-line/options.js';
import { connect, type ConnectionOptions, withConnection } from '../connection/options.js';
import { parsePortMapping } from '../objects/forwarded-port.js';
import { forwardPorts } from '../objects/port-forward.js';
import { interruptSignal } from '../terminal/interrupt.js';
import { terminalPrinter } from '../terminal/printer.js';

/** port-forward. */
export function addPortForwardCommand(program: Command): void {
  const command = program
    .command('port-forward <target> <port...>')
    .description('reach ports of a pod from this machine, until Ctrl-C')
    .usage('POD|svc/NAME|deployment/NAME [LOCAL:]REMOTE... [flags]')
    .option('--address <address>', 'addresses of this machine to listen on; commas separate', collectValues(), ['localhost']);
  withConnection(command).action(async (target: string, ports: string[], flags: ConnectionOptions & { address: string[] }) => {
    const signal = interruptSignal();
    const mappings = ports.map(parsePortMapping);
    using client = await connect(flags);
    await forwardPorts(client, target, mappings, flags.address, terminalPrinter, signal);
  });
}
