import { expect } from 'chai';
import picocolors from 'picocolors';

import { type Check, failure, ok, warning } from './check.js';
import type { DoctorContext } from './context.js';
import { renderFindings } from './render-findings.js';
import { isWell, runChecks } from './run-checks.js';

const context = { roles: ['agent'] } as unknown as DoctorContext;
const check = (name: string, roles: Check['roles'], examine: Check['examine']): Check => ({ name, roles, examine });

describe('runChecks', () => {
  it('looks at what matters for the role, and tells it in order', async () => {
    const findings = await runChecks(
      [
        check('slow', ['agent'], async () => [ok('1'), ok('2')]),
        check('other', ['server'], async () => [failure('not asked', 'x')]),
        check('last', ['server', 'agent'], async () => [warning('3', 'mend it')]),
      ],
      context,
    );
    expect(findings.map(({ check: name, message }) => `${name} ${message}`)).to.deep.equal(['slow 1', 'slow 2', 'last 3']);
    expect(isWell(findings)).to.equal(true);
  });

  it('goes on when a check breaks, and says so', async () => {
    const findings = await runChecks(
      [
        check('broken', ['agent'], async () => {
          throw new Error('no such program');
        }),
        check('bad', ['agent'], async () => [failure('it is bad', 'apt-get install good')]),
      ],
      context,
    );
    expect(findings[0]).to.deep.include({ status: 'warning', message: 'could not be looked at: no such program' });
    expect(isWell(findings)).to.equal(false);
    expect(renderFindings(findings, picocolors.createColors(false))).to.equal(
      [
        'WARN  broken  could not be looked at: no such program',
        '              fix: run longshore doctor as root, with the programs above installed',
        'FAIL  bad     it is bad',
        '              fix: apt-get install good',
        '',
        '0 ok, 1 warning, 1 failure',
      ].join('\n'),
    );
  });
});
