import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { writeOwner } from './owner.js';
import { claimSlot } from './slot.js';
import { sweepSlots } from './sweep.js';

describe('slots', () => {
  let root: string;
  const before = process.env.LONGSHORE_TESTING_DIR;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'longshore-slots-'));
    process.env.LONGSHORE_TESTING_DIR = root;
  });
  afterEach(async () => {
    if (before === undefined) delete process.env.LONGSHORE_TESTING_DIR;
    else process.env.LONGSHORE_TESTING_DIR = before;
    await rm(root, { recursive: true });
  });

  it('gives everybody a slot of their own', async () => {
    const slots = await Promise.all(Array.from({ length: 5 }, () => claimSlot('fake', 1)));
    expect(new Set(slots.map(({ addresses }) => addresses.apiPort)).size).to.equal(5);
    await Promise.all(slots.map((slot) => slot.release()));
    expect(await readdir(root)).to.be.empty;
  });

  it('gives docker clusters different networks', async () => {
    const [one, two] = await Promise.all([claimSlot('docker', 3), claimSlot('docker', 3)]);
    expect(one?.addresses.podNet).to.not.equal(two?.addresses.podNet);
    expect(one?.addresses.serviceNet).to.not.equal(two?.addresses.serviceNet);
  });

  it('sweeps the slot of a process that is gone, and leaves one that lives', async () => {
    const living = await claimSlot('fake', 1);
    const dead = await claimSlot('fake', 1);
    // No process has this number: it is above the kernel's largest.
    await writeOwner(dead.dir, 'owner', 2 ** 23);
    await sweepSlots();
    expect(await readdir(root)).to.deep.equal([living.dir.slice(root.length + 1)]);
  });

  it('leaves a claim that is just being made, and sweeps one that was never finished', async () => {
    await mkdir(join(root, 'fake-7'));
    await sweepSlots();
    expect(await readdir(root)).to.deep.equal(['fake-7']);
    await utimes(join(root, 'fake-7'), 0, 0);
    await sweepSlots();
    expect(await readdir(root)).to.be.empty;
  });
});
