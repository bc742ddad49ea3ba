import { Command, Option } from 'commander';

import { parseDuration, parseWholeNumber } from '../lib/command-line/options.js';
import { checkControlPlane } from '../lib/configuration/check-control-plane.js';
import { type ControlPlaneConfig, controlPlaneSettings, dataDirSetting } from '../lib/configuration/control-plane-settings.js';
import { refuseProblems } from '../lib/configuration/setting-problem.js';
import { settingNamed } from '../lib/configuration/setting.js';

export type { ControlPlaneConfig } from '../lib/configuration/control-plane-settings.js';

export type TokenOutput = 'text' | 'json';

export interface TokenCreateConfig {
  dataDir: string;
  ttlMs: number;
  uses?: number;
  output: TokenOutput;
}

export interface Commands {
  run(config: ControlPlaneConfig): Promise<void>;
  createToken(config: TokenCreateConfig): Promise<void>;
  listTokens(config: { dataDir: string; output: TokenOutput }): Promise<void>;
  revokeToken(id: string, config: { dataDir: string }): Promise<void>;
  backup(file: string, config: { dataDir: string }): Promise<void>;
  restore(file: string, config: { dataDir: string; force: boolean }): Promise<void>;
}

/** The command line. Every option of a server can be given as LONGSHORE_<OPTION> in the environment too. */
export function createCommand(commands: Commands): Command {
  const program = new Command('control-plane').description(
    'Kubernetes API, controllers, scheduler and node plane in one process',
  );
  const settings = controlPlaneSettings();
  const run = program
    .command('run', { isDefault: true })
    .description('Serves until it is told to stop')
    .action((config: ControlPlaneConfig) => {
      const problems = checkControlPlane(config);
      refuseProblems(problems.map(({ setting, problem }) => `${settingNamed(settings, setting).long ?? ''} ${problem}`));
      return commands.run(config);
    });
  for (const setting of settings) run.addOption(setting);
  const token = program.command('token').description('Join tokens for agents; needs a running control plane');
  token
    .command('create')
    .description('Prints a new join token, once')
    .addOption(dataDirSetting())
    .addOption(new Option('--ttl <duration>', 'life, for example 30m or 24h').default(3_600_000, '1h').argParser(parseDuration))
    .addOption(
      new Option('--uses <count>', 'how many certificates it may issue; default: any number').argParser(parseWholeNumber),
    )
    .addOption(tokenOutput())
    .action(({ ttl, ...rest }: Omit<TokenCreateConfig, 'ttlMs'> & { ttl: number }) =>
      commands.createToken({ ...rest, ttlMs: ttl }),
    );
  token
    .command('list')
    .description('Lists the join tokens, without their secrets')
    .addOption(dataDirSetting())
    .addOption(tokenOutput())
    .action((options: { dataDir: string; output: TokenOutput }) => commands.listTokens(options));
  token
    .command('revoke <id>')
    .description('Makes a join token useless; certificates that it issued stay')
    .addOption(dataDirSetting())
    .action((id: string, options: { dataDir: string }) => commands.revokeToken(id, options));
  program
    .command('backup <file>')
    .description('Writes store, keys and admin.kubeconfig into one file; the control plane may run')
    .addOption(dataDirSetting())
    .action((file: string, options: { dataDir: string }) => commands.backup(file, options));
  program
    .command('restore <file>')
    .description('Puts a backup into the data directory of a control plane that does not run')
    .addOption(dataDirSetting())
    .addOption(new Option('--force', 'move what is there aside').default(false))
    .action((file: string, options: { dataDir: string; force: boolean }) => commands.restore(file, options));
  return program;
}

function tokenOutput(): Option {
  return new Option('--output <format>', 'text for people, json for programs').choices(['text', 'json']).default('text');
}
