import type { EngineReading } from '../readings/engine-reading.js';
import { judgeCgroups } from './cgroups.js';
import { judgeEngine } from './engine.js';
import { describeJudgement } from './judgement-cases.js';
import { judgeStorageDriver } from './storage-driver.js';

type Answer = Extract<EngineReading, { answers: true }>;
const host = 'unix:///var/run/docker.sock';

function engine(info: Partial<Answer['info']> = {}, version: Partial<Answer['version']> = {}): EngineReading {
  return {
    answers: true,
    host,
    version: { Version: '20.10.24', ApiVersion: '1.41', ...version },
    info: { Driver: 'overlay2', DockerRootDir: '/var/lib/docker', CgroupVersion: '2', CgroupDriver: 'systemd', ...info },
    networks: [],
  };
}

function silent(code: string): EngineReading {
  return { answers: false, host, code, message: `connect ${code}` };
}

describeJudgement('engine', judgeEngine, [
  { of: 'the oldest engine that serves', reading: engine(), says: [['ok', '20.10.24', '1.41']] },
  { of: 'a new engine', reading: engine({}, { Version: '29.1.0', ApiVersion: '1.52' }), says: [['ok']] },
  { of: 'an old engine', reading: engine({}, { Version: '19.03', ApiVersion: '1.40' }), says: [['failure', 'too old']] },
  { of: 'no engine', reading: silent('ENOENT'), says: [['failure', host, 'apt-get install docker.io']] },
  { of: 'a socket of root', reading: silent('EACCES'), says: [['failure', 'as root']] },
  { of: 'an engine that hangs', reading: silent(''), says: [['failure', 'journalctl -u docker']] },
  {
    of: 'a rootless engine',
    reading: engine({ SecurityOptions: ['name=seccomp,profile=default', 'name=rootless'] }),
    says: [['ok'], ['failure', 'rootless']],
  },
  { of: 'remapped users', reading: engine({ SecurityOptions: ['name=userns'] }), says: [['ok'], ['warning', 'userns-remap']] },
]);

describeJudgement('storage-driver', judgeStorageDriver, [
  { of: 'overlay2', reading: engine(), says: [['ok']] },
  { of: 'the snapshotter of containerd', reading: engine({ Driver: 'overlayfs' }), says: [['ok']] },
  { of: 'vfs', reading: engine({ Driver: 'vfs' }), says: [['warning', 'vfs', 'daemon.json']] },
  { of: 'no engine', reading: silent('ENOENT'), says: [['skipped']] },
]);

describeJudgement('cgroups', judgeCgroups, [
  {
    of: 'all limits',
    reading: engine({ MemoryLimit: true, CpuCfsQuota: true, PidsLimit: true }),
    says: [['ok', 'v2', 'systemd']],
  },
  { of: 'no limit of memory', reading: engine({ MemoryLimit: false }), says: [['warning', 'memory', 'cgroup_enable=memory']] },
  { of: 'no engine', reading: silent('ENOENT'), says: [['skipped']] },
]);
