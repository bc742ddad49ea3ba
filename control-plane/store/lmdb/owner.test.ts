import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { isAlive, thisOwner } from './owner.js';

describe('owner', () => {
  it('is alive while its process runs, and gone once it is killed', async () => {
    const child = spawn('sleep', ['60']);
    await once(child, 'spawn');
    const { pid = 0 } = child;
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const startTicks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
    const owner = { ...thisOwner(), pid, startTicks };
    expect(isAlive(owner)).to.equal(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isAlive(owner)).to.equal(false);
  });

  it('is gone when its pid belongs to another process now, or to another boot or pid namespace', () => {
    expect(isAlive(thisOwner())).to.equal(true);
    expect(isAlive({ ...thisOwner(), startTicks: '1' })).to.equal(false);
    expect(isAlive({ ...thisOwner(), bootId: 'another' })).to.equal(false);
    expect(isAlive({ ...thisOwner(), pidNamespace: 'pid:[1]' })).to.equal(false);
  });
});
