import type { Command } from 'commander';

import { dataDirSetting } from '../../lib/configuration/control-plane-settings.js';
import { runComponent } from '../components/component-runner.js';

/** backup, restore: the state of a control plane in one file. */
export function addBackupCommands(program: Command): void {
  program
    .command('backup <file>')
    .addOption(dataDirSetting())
    .description("write the control plane's state (objects, keys, admin.kubeconfig) into one file; it may run meanwhile")
    .addHelpText('after', backupHelp)
    .action(async (file: string, { dataDir }: DataDirOption) => {
      await runComponent('control-plane', ['backup', file, '--data-dir', dataDir]);
    });

  program
    .command('restore <file>')
    .addOption(dataDirSetting())
    .description('put a backup into the data directory of a control plane that does not run')
    .option('--force', 'move what is there aside, instead of refusing to touch it', false)
    .addHelpText('after', restoreHelp)
    .action(async (file: string, { dataDir, force }: DataDirOption & { force: boolean }) => {
      await runComponent('control-plane', ['restore', file, '--data-dir', dataDir, ...(force ? ['--force'] : [])]);
    });
}

interface DataDirOption {
  dataDir: string;
}

const backupHelp = `
The file holds the key of the cluster's authority and every Secret: it is written with
mode 0600, and whoever can read it owns the cluster.

  longshore backup /var/backups/longshore-$(date +%F).tar.gz
  longshore backup local.tar.gz --data-dir /var/lib/longshore/local/control-plane`;

const restoreHelp = `
The file is verified before anything is touched. Nodes connect again by themselves with
their certificates and keep the containers of pods that the backup knows; containers of
pods that were made after it are removed.

  systemctl stop longshore-control-plane
  longshore restore /var/backups/longshore-2026-11-28.tar.gz --force
  systemctl start longshore-control-plane`;
