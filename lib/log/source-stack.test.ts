import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';
import { build } from 'esbuild';

import { sourceStack } from './source-stack.js';

describe('Source stack', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'longshore-stack-'));
    await writeFile(join(dir, 'fails.ts'), '// a comment\nexport function fails(): Error {\n  return new Error("here");\n}\n');
    await build({
      entryPoints: [join(dir, 'fails.ts')],
      outfile: join(dir, 'program.cjs'),
      ...{ bundle: true, format: 'cjs', platform: 'node', minifyWhitespace: true, sourcemap: 'linked', sourcesContent: false },
    });
  });
  after(() => rm(dir, { recursive: true }));

  it('names the line of the source', async () => {
    const { fails } = (await import(join(dir, 'program.cjs'))) as { fails: () => Error };
    expect(sourceStack(fails().stack)).to.contain(join(dir, 'fails.ts:3:'));
  });

  it('shows what it cannot map as it is', () => {
    const stack = 'Error: x\n    at run (/nowhere/program.cjs:1:2)\n    at node:internal/x:1:1';
    expect(sourceStack(stack)).to.equal(stack);
    expect(sourceStack(undefined)).to.equal(undefined);
  });
});
