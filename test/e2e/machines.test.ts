import { joinsSuite } from './machines/joins.js';
import { Machines } from './machines/machines.js';
import { killsSuite } from './machines/kills.js';
import { rebootsSuite } from './machines/reboots.js';
import { removalSuite } from './machines/removal.js';
import { trafficSuite } from './machines/traffic.js';

describe('agents on several machines', function () {
  this.timeout(60_000);
  const machines = new Machines();
  let failed = false;

  before(() => machines.start());
  // Each step builds on those before. Mocha's own bail would also skip them all for a failure elsewhere.
  beforeEach(() => {
    if (failed) throw new Error('a step before this one failed');
  });
  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    failed = true;
    await machines.showLogs();
  });
  after(() => machines.stop());

  joinsSuite(machines);
  trafficSuite(machines);
  killsSuite(machines);
  rebootsSuite(machines);
  removalSuite(machines);
});
