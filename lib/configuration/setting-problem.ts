import { LongshoreError } from '../errors/errors.js';

/** What is wrong with the value of a setting. */
export interface SettingProblem {
  /** Its key. */
  readonly setting: string;
  /** Continues a sentence that begins with the setting's name: the value, what is wrong, what would be right. */
  readonly problem: string;
}

/**
 * All problems as one error.
 * @param problems each a sentence that says where and what
 * @throws LongshoreError InvalidArgument unless there are none
 */
export function refuseProblems(problems: readonly string[]): void {
  if (problems.length === 0) return;
  const [only] = problems;
  const text = problems.length === 1 ? ` ${only ?? ''}` : `\n${problems.map((problem) => `  ${problem}`).join('\n')}`;
  throw new LongshoreError('InvalidArgument', `the configuration is wrong:${text}`);
}
