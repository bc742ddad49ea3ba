import { defineCheck, ok, skipped, type Verdict, warning } from '../check.js';
import type { EngineReading } from '../readings/engine-reading.js';

export function judgeCgroups(engine: EngineReading): Verdict[] {
  if (!engine.answers) return [skipped('the engine does not answer')];
  const { CgroupVersion = '1', CgroupDriver = 'cgroupfs', MemoryLimit, CpuCfsQuota, PidsLimit } = engine.info;
  const missing = Object.entries({ memory: MemoryLimit, cpu: CpuCfsQuota, pids: PidsLimit })
    .filter(([, has]) => has === false)
    .map(([name]) => name);
  if (missing.length === 0) return [ok(`cgroup v${CgroupVersion}, driver ${CgroupDriver}, limits of memory, cpu and pids`)];
  return [
    warning(
      `the engine cannot limit ${missing.join(' and ')}: limits of pods are not enforced`,
      'add cgroup_enable=memory swapaccount=1 to the kernel command line (GRUB_CMDLINE_LINUX) and reboot',
    ),
  ];
}

export const cgroupsCheck = defineCheck({
  name: 'cgroups',
  roles: ['agent'],
  read: ({ engine }) => engine(),
  judge: judgeCgroups,
});
