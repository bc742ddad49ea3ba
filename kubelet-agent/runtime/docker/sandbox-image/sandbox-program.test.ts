import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { arch, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { assemble } from './assembler.js';
import { elfExecutable } from './elf.js';
import { sandboxProgram, type Architecture } from './sandbox-program.js';

const native: Architecture = arch() === 'arm64' ? 'arm64' : 'amd64';

describe('sandbox program', () => {
  // Checked once with objdump, and run under qemu-aarch64 for arm64.
  it('is exactly this code for amd64', () => {
    expect(hex('amd64')).to.equal(
      joined(
        'b80e000000 31ff 488d3550000000 31d2 41ba08000000 0f05', // block
        'b880000000 488d3d3a000000 31f6 31d2 41ba08000000 0f05', // wait
        '83f811 740d 85c0 78df b8e7000000 31ff 0f05', // reap, wait again or exit
        'b83d000000 bfffffffff 31f6 ba01000000 4531d2 0f05 85c0 7fe6 ebba', // reap
        '0240010000000000', // SIGINT, SIGTERM, SIGCHLD
      ),
    );
  });

  it('is exactly this code for arm64', () => {
    expect(hex('arm64')).to.equal(
      joined(
        'e81080d2 000080d2 41030010 020080d2 030180d2 010000d4', // block
        '281180d2 a0020010 010080d2 020080d2 030180d2 010000d4', // wait
        '1f440071 c0000054 1f000071 ebfeff54 c80b80d2 000080d2 010000d4', // reap, wait again or exit
        '882080d2 00008092 010080d2 220080d2 030080d2 010000d4 1f000071 2cffff54 ebffff17', // reap
        '0240010000000000',
      ),
    );
  });

  it('refuses a label that is nowhere', () => {
    expect(() => assemble([{ size: 1, to: 'nowhere', encode: () => [0] }])).to.throw('nowhere');
  });

  describe('running on this machine', () => {
    let directory: string;
    let child: ChildProcess;

    before(async function () {
      if (platform() !== 'linux') this.skip();
      directory = await mkdtemp(join(tmpdir(), 'longshore-sandbox-'));
      const file = join(directory, 'sandbox');
      await writeFile(file, elfExecutable(native, sandboxProgram(native)));
      await chmod(file, 0o755);
      child = spawn(file, { stdio: 'ignore' });
      await once(child, 'spawn');
      // Until it waits for signals, SIGTERM would end it as it ends any process.
      while (!/State:\s*S/.test(await readFile(`/proc/${child.pid}/status`, 'utf8'))) await setImmediate();
    });

    after(async () => {
      child?.kill('SIGKILL');
      if (directory) await rm(directory, { recursive: true });
    });

    it('keeps running when it is told of a child that died', () => {
      child.kill('SIGCHLD');
      expect(child.exitCode).to.equal(null);
    });

    it('exits with 0 at once on SIGTERM', async () => {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      expect(await exited).to.deep.equal([0, null]);
    });
  });
});

function hex(architecture: Architecture): string {
  return Buffer.from(sandboxProgram(architecture)).toString('hex');
}

function joined(...parts: string[]): string {
  return parts.join('').replaceAll(' ', '');
}
