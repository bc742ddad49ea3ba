import { systemClock } from '../../lib/clock/clock.js';
import { type Check, type Verdict, warning } from './check.js';
import type { DoctorContext } from './context.js';

/** For one check; a program that hangs is not waited for. */
const timeoutMs = 15_000;

export type Finding = Verdict & { readonly check: string };

/** Runs the checks that matter for the roles, all at once, and tells their findings in order. A check that breaks is a warning. */
export async function runChecks(checks: readonly Check[], context: DoctorContext): Promise<Finding[]> {
  const chosen = checks.filter(({ roles }) => roles.some((role) => context.roles.includes(role)));
  const found = await Promise.all(
    chosen.map(async (check) => {
      const verdicts = await examine(check, context);
      return verdicts.map((verdict) => ({ check: check.name, ...verdict }));
    }),
  );
  return found.flat();
}

async function examine(check: Check, context: DoctorContext): Promise<Verdict[]> {
  const patience = new AbortController();
  try {
    return await Promise.race([
      check.examine(context),
      systemClock.sleep(timeoutMs, patience.signal).then(() => {
        throw new Error(`no answer within ${timeoutMs / 1000} s`);
      }),
    ]);
  } catch (thrown) {
    return [
      warning(
        `could not be looked at: ${(thrown as Error).message}`,
        'run longshore doctor as root, with the programs above installed',
      ),
    ];
  } finally {
    patience.abort();
  }
}

/** A machine is well when nothing failed; warnings do not count. */
export function isWell(findings: readonly Finding[]): boolean {
  return findings.every(({ status }) => status !== 'failure');
}
