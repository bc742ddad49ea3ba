import { expect } from 'chai';

import type { Verdict } from '../check.js';

/** A reading, and what is said of it: a status, and words of the message or the fix. */
export interface JudgementCase<Reading> {
  of: string;
  reading: Reading;
  /** One for each verdict, in order. */
  says: readonly [status: Verdict['status'], ...words: string[]][];
}

/** Table tests of a check's judgement. */
export function describeJudgement<Reading>(
  name: string,
  judge: (reading: Reading) => Verdict[],
  cases: readonly JudgementCase<Reading>[],
): void {
  describe(`${name} check`, () => {
    for (const { of, reading, says } of cases) {
      it(`says ${says.map(([status]) => status).join(' and ')} of ${of}`, () => {
        const verdicts = judge(reading);
        expect(verdicts.map(({ status }) => status)).to.deep.equal(says.map(([status]) => status));
        for (const [index, [, ...words]] of says.entries()) {
          const verdict = verdicts[index];
          const text = `${verdict?.message ?? ''} | ${verdict && 'fix' in verdict ? verdict.fix : ''}`;
          for (const word of words) expect(text).to.contain(word);
        }
      });
    }
  });
}
