import { defineCheck, ok, skipped, type Verdict, warning } from '../check.js';
import type { EngineReading } from '../readings/engine-reading.js';

/** Drivers that share layers between containers without copying. */
const good = ['overlay2', 'overlayfs', 'btrfs', 'zfs', 'fuse-overlayfs', 'containerd-overlayfs'];

export function judgeStorageDriver(engine: EngineReading): Verdict[] {
  if (!engine.answers) return [skipped('the engine does not answer')];
  const { Driver } = engine.info;
  if (good.includes(Driver)) return [ok(`storage driver ${Driver}`)];
  return [
    warning(
      `storage driver ${Driver} copies or lags: containers start slowly and fill the disk`,
      'put {"storage-driver": "overlay2"} into /etc/docker/daemon.json and restart docker; its data root must be on ext4 or xfs (ftype=1)',
    ),
  ];
}

export const storageDriverCheck = defineCheck({
  name: 'storage-driver',
  roles: ['agent'],
  read: ({ engine }) => engine(),
  judge: judgeStorageDriver,
});
