import { type Command, Option } from 'commander';

import { exitCodes } from '../exit-codes.js';
import { breakContainer, repairContainer } from '../lab/break-and-repair.js';
import { runAttached } from '../lab/docker-runner.js';
import { takeLabDown } from '../lab/down.js';
import { type FaultKind, faultKinds } from '../lab/faults.js';
import { requireContainer } from '../lab/lab.js';
import { loadImage } from '../lab/load.js';
import { isLabHealthy, readLabStatus, renderLabStatus } from '../lab/status.js';
import { bringLabUp } from '../lab/up.js';
import { type OutputOption, printOutput, withOutput } from '../terminal/output.js';
import { Progress } from '../terminal/progress.js';
import { integer } from './options.js';

interface ProjectOption {
  project: string;
}

interface LabUpFlags extends ProjectOption {
  nodes?: number;
  baseImage?: string;
  port?: number;
  timeout: number;
}

/** lab: a cluster of containers, each with an engine of its own, to break and to repair. */
export function addLabCommands(program: Command): void {
  const lab = program
    .command('lab')
    .description('a cluster of containers that docker compose starts, to break and to repair')
    .addHelpText('after', '\nNODE is node-1, node-2 ... or control-plane. lab/README.md has five guided experiments.');
  addLifeCommands(lab);
  addNodeCommands(lab);
}

function addLifeCommands(lab: Command): void {
  withProject(lab.command('up').description('build the image, start the lab and wait until every node is Ready'))
    .option('--nodes <count>', 'how many nodes (default: as many as there are, or 3)', integer(1, 50))
    .option('--base-image <image>', 'Debian image with Node to build on (default: the present one, or node:20-bookworm-slim)')
    .option(
      '--port <port>',
      'port of the API on 127.0.0.1 (default: the present one, or the first free one from 6443 on)',
      integer(1, 65_535),
    )
    .option('--timeout <seconds>', 'give up when the nodes are not Ready so long after the start', integer(1, 3_600), 120)
    .action(async ({ project, nodes, baseImage, port, timeout }: LabUpFlags) => {
      const options = { project, nodes, baseImage, port, timeoutMs: timeout * 1000 };
      console.log(`export KUBECONFIG=${await bringLabUp(options, new Progress())}`);
    });

  withProject(lab.command('down').description('remove the lab with its state; the image stays'))
    .option('--keep-data', 'keep the volumes: the next up carries on with them', false)
    .action(async (flags: ProjectOption & { keepData: boolean }) => {
      await takeLabDown(flags, new Progress());
    });

  const status = lab.command('status').description('show every part and what is broken; exits with 1 unless all is well');
  withOutput(withProject(status)).action(async ({ project, output }: ProjectOption & OutputOption) => {
    const found = await readLabStatus(project);
    printOutput({ healthy: isLabHealthy(found), ...found }, { output }, () => renderLabStatus(found));
    if (!isLabHealthy(found)) process.exitCode = exitCodes.failure;
  });
}

function addNodeCommands(lab: Command): void {
  withProject(lab.command('load <image>').description("copy an image of this host's engine into every node")).action(
    async (image: string, { project }: ProjectOption) => {
      console.log(`${image} is on ${(await loadImage(project, image)).join(', ')}`);
    },
  );

  withProject(
    lab
      .command('shell <node> [command...]')
      .description("a shell inside, or one command after --; docker there is the node's own"),
  ).action(async (name: string, command: string[], { project }: ProjectOption) => {
    const { id } = await requireContainer(project, name);
    const interactive = process.stdin.isTTY ? ['-it'] : ['-i'];
    const inside = command.length > 0 ? command : ['bash'];
    process.exitCode = await runAttached(['docker', 'exec', ...interactive, id, ...inside]);
  });

  withProject(lab.command('break <node>').description('break a part in one way; several may be combined'))
    .addOption(new Option('--how <fault>', 'what to do to it').choices(faultKinds).makeOptionMandatory())
    .addHelpText('after', explainFaults)
    .action(async (name: string, { project, how }: ProjectOption & { how: FaultKind }) => {
      const changed = await breakContainer(project, name, how);
      console.log(changed ? `${name}: ${how}` : `${name}: ${how} already`);
    });

  withProject(lab.command('repair <node>').description('undo everything that was done to a part, whatever it was')).action(
    async (name: string, { project }: ProjectOption) => {
      await repairContainer(project, name);
      console.log(`${name} is whole`);
    },
  );
}

const explainFaults = `
  kill       the machine loses power; repair turns it on again
  pause      every process stands still, nothing is lost
  partition  no packet to or from any other part; this host still reaches it
  slow       what it sends arrives 300 ms later (a narrow link where the kernel has no netem)
  loss       a fifth of the packets to it is lost
  disk-full  nothing is left of the node's own disk (nodes only)`;

function withProject(command: Command): Command {
  return command.addOption(
    new Option('--project <name>', "compose's name for the lab").env('COMPOSE_PROJECT_NAME').default('longshore-lab'),
  );
}
