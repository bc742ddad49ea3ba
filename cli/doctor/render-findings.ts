import type { Colors } from '../terminal/colors.js';
import type { Finding } from './run-checks.js';

/** One line a finding, and below it the fix where one is needed; then how many there are of each. */
export function renderFindings(findings: readonly Finding[], colors: Colors): string {
  const width = Math.max(0, ...findings.map(({ check }) => check.length));
  const signs = {
    ok: colors.green('ok  '),
    skipped: colors.dim('--  '),
    warning: colors.yellow('WARN'),
    failure: colors.red('FAIL'),
  };
  const lines = findings.flatMap((finding) => {
    const line = `${signs[finding.status]}  ${finding.check.padEnd(width)}  ${finding.message}`;
    return 'fix' in finding ? [line, `${' '.repeat(width + 8)}fix: ${finding.fix}`] : [line];
  });
  return [...lines, '', summaryOf(findings)].join('\n');
}

export function summaryOf(findings: readonly Finding[]): string {
  const count = (status: Finding['status']): number => findings.filter((finding) => finding.status === status).length;
  const of = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;
  return `${count('ok')} ok, ${of(count('warning'), 'warning')}, ${of(count('failure'), 'failure')}`;
}
