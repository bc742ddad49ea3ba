import { type DiskReading, judgeDisks } from './disk.js';
import { describeJudgement } from './judgement-cases.js';

const gibibyte = 1024 ** 3;
const disk = (fields: Partial<DiskReading>): DiskReading => ({
  path: '/var/lib/docker',
  purpose: 'images and containers',
  freeBytes: 40 * gibibyte,
  totalBytes: 100 * gibibyte,
  freeInodes: 1_000_000,
  totalInodes: 2_000_000,
  ...fields,
});

describeJudgement('disk', judgeDisks, [
  { of: 'two disks with room', reading: [disk({}), disk({ path: '/var/lib/longshore' })], says: [['ok', '40.0 GiB'], ['ok']] },
  { of: 'a small disk with room', reading: [disk({ freeBytes: 3 * gibibyte, totalBytes: 8 * gibibyte })], says: [['ok']] },
  {
    of: 'a disk that fills',
    reading: [disk({ freeBytes: 3 * gibibyte })],
    says: [['warning', '3.0 GiB free', 'docker system prune']],
  },
  { of: 'a full disk', reading: [disk({ freeBytes: gibibyte / 2 })], says: [['failure', 'df -h /var/lib/docker']] },
  { of: 'few inodes', reading: [disk({ freeInodes: 60_000 })], says: [['warning', '3 % of the inodes']] },
  { of: 'no inodes', reading: [disk({ freeInodes: 3 })], says: [['failure', 'df -i']] },
  { of: 'a file system that makes inodes as it goes', reading: [disk({ freeInodes: 0, totalInodes: 0 })], says: [['ok']] },
]);
