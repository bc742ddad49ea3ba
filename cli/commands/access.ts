import type { Command } from 'commander';

import { parseDuration, parseWholeNumber } from '../../lib/command-line/options.js';
import { dataDirSetting } from '../../lib/configuration/control-plane-settings.js';
import { handOutKubeconfig, type KubeconfigOptions } from '../access/kubeconfig.js';
import { createToken, listTokens } from '../access/tokens.js';
import { runComponent } from '../components/component-runner.js';
import { type OutputOption, withOutput } from '../terminal/output.js';

interface DataDirOption {
  dataDir: string;
}

/** token, kubeconfig: who gets in; on the machine of the control plane. */
export function addAccessCommands(program: Command): void {
  const token = program.command('token').description('join tokens, which let machines into the cluster');
  withOutput(token.command('create').description('print the command that joins a machine, with a new token in it'))
    .option('--ttl <duration>', 'life, for example 30m or 24h (default: 1h)', parseDuration)
    .option('--uses <count>', 'how many certificates it may issue; a machine takes two (default: any number)', parseWholeNumber)
    .option('-q, --quiet', 'print the token alone', false)
    .addOption(dataDirSetting())
    .action((options: DataDirOption & OutputOption & { ttl?: number; uses?: number; quiet: boolean }) => createToken(options));
  withOutput(token.command('list').description('show the tokens, without their secrets'))
    .addOption(dataDirSetting())
    .action((options: DataDirOption & OutputOption) => listTokens(options));
  token
    .command('revoke <id>')
    .description('make a token useless; machines that joined with it stay')
    .addOption(dataDirSetting())
    .action(async (id: string, { dataDir }: DataDirOption) => {
      await runComponent('control-plane', ['token', 'revoke', id, '--data-dir', dataDir]);
    });

  program
    .command('kubeconfig')
    .description("print the administrator's kubeconfig of the control plane on this machine")
    .option('--server <url>', 'address to put into it (default: the one that the control plane advertises)')
    .option('--name <name>', 'of the cluster and the context', 'longshore')
    .option('--out <file>', 'write it to this file, mode 0600')
    .option(
      '--merge',
      "put it into kubectl's own file (the first of KUBECONFIG, or ~/.kube/config) as the current context",
      false,
    )
    .addOption(dataDirSetting())
    .action(async (options: KubeconfigOptions) => {
      const said = await handOutKubeconfig(options);
      if (said !== undefined) console.error(said);
    });
}
