import { joinsSuite } from './machines/joins.js';
import { Machines } from './machines/machines.js';
import { killsSuite } from './machines/kills.js';
import { rebootsSuite } from './machines/reboots.js';
import { removalSuite } from './machines/removal.js';
import { trafficSuite } from './machines/traffic.js';

describe('agents on several machines', function () {
  this.timeout(60_000);
  this.bail(true);
  const machines = new Machines();

  before(() => machines.start());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await machines.showLogs();
  });
  after(() => machines.stop());

  joinsSuite(machines);
  trafficSuite(machines);
  killsSuite(machines);
  rebootsSuite(machines);
  removalSuite(machines);
});
