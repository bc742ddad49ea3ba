'use strict';
// Mocha's spec output, and one line of totals appended to $LONGSHORE_TEST_TOTALS for scripts/test.sh.
const { appendFileSync } = require('node:fs');
const Mocha = require('mocha');

module.exports = class TotalsReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats;
      if (process.env.LONGSHORE_TEST_TOTALS)
        appendFileSync(process.env.LONGSHORE_TEST_TOTALS, `${passes} ${failures} ${pending}\n`);
    });
  }
};
