import { defineCheck, failure, ok, type Verdict } from '../check.js';

/** As in package.json's engines. */
const oldest = [20, 19] as const;

export function judgeNodeVersion(version: string): Verdict[] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return [ok(`Node ${version}`)];
  return [
    failure(
      `Node ${version} is too old: Longshore needs ${oldest.join('.')} or newer`,
      'install Node 20.19 or newer, for example from your distribution or nodejs.org',
    ),
  ];
}

export const nodeVersionCheck = defineCheck({
  name: 'node-version',
  roles: ['server', 'agent'],
  read: async () => process.versions.node,
  judge: judgeNodeVersion,
});
