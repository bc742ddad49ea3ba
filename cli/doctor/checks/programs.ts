import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';

import { defineCheck, failure, ok, type Verdict, warning } from '../check.js';

/** Programs that agents run, and the packages of Debian that have them. */
const required = { nft: 'nftables', ip: 'iproute2', iptables: 'iptables', mount: 'mount', umount: 'mount' };
const optional = { conntrack: 'conntrack' };

/** @param present names of the programs that were found */
export function judgePrograms(present: ReadonlySet<string>): Verdict[] {
  const lacking = (programs: Record<string, string>): [string, string][] =>
    Object.entries(programs).filter(([name]) => !present.has(name));
  const install = (missing: [string, string][]): string =>
    `apt-get install ${[...new Set(missing.map(([, debianPackage]) => debianPackage))].join(' ')}`;
  const names = (missing: [string, string][]): string => missing.map(([name]) => name).join(', ');
  const verdicts: Verdict[] = [];
  const missing = lacking(required);
  if (missing.length > 0) verdicts.push(failure(`not installed: ${names(missing)}`, install(missing)));
  const wanted = lacking(optional);
  if (wanted.length > 0)
    verdicts.push(
      warning(`not installed: ${names(wanted)}: UDP clients may wait for a dead pod until their flow expires`, install(wanted)),
    );
  return verdicts.length > 0 ? verdicts : [ok(Object.keys({ ...required, ...optional }).join(', '))];
}

async function findPrograms(): Promise<Set<string>> {
  const folders = (process.env.PATH ?? '').split(':').concat('/usr/sbin', '/sbin');
  const found = new Set<string>();
  for (const name of Object.keys({ ...required, ...optional })) {
    for (const folder of folders) {
      const there = await access(join(folder, name), constants.X_OK).then(
        () => true,
        () => false,
      );
      if (there) found.add(name);
    }
  }
  return found;
}

export const programsCheck = defineCheck({ name: 'programs', roles: ['agent'], read: findPrograms, judge: judgePrograms });
