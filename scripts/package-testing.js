/**
 * Makes testing/dist/, what the package @longshore/testing carries: the harness as one file
 * (index.cjs, with index.js around it for import), its types, and the programs of a cluster
 * from dist/. `npm pack` in testing/ runs it.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

process.chdir(new URL('..', import.meta.url).pathname);
const out = 'testing/dist';
/** Of dist/, as there: programs look for data in the folders above them. */
const carried = [
  ...['control-plane', 'kubelet-agent', 'kube-proxy', 'reaper'].map((program) => `${program}/`),
  ...['program-loader.cjs', 'lib/', 'proto/', 'third-party/', 'THIRD-PARTY-LICENSES.txt'],
];

requireSameNativeParts();
execFileSync(process.execPath, ['scripts/bundle.js'], { stdio: 'inherit' });
rmSync(out, { recursive: true, force: true });
for (const path of carried)
  cpSync(`dist/${path}`, `${out}/${path}`, { recursive: true, filter: (source) => !/\.(map|cache)$/.test(source) });
cpSync('LICENSE', 'testing/LICENSE');

const common = {
  absWorkingDir: process.cwd(),
  bundle: true,
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
  legalComments: 'none',
};
await Promise.all([
  build({
    ...common,
    entryPoints: ['testing/index.ts'],
    outfile: `${out}/index.cjs`,
    format: 'cjs',
    external: ['bufferutil', 'utf-8-validate'],
    define: { 'import.meta.url': '__bundleUrl' },
    banner: { js: "const __bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
    minifyWhitespace: true,
  }),
  build({
    ...common,
    entryPoints: ['testing/vitest.ts'],
    outfile: `${out}/vitest.js`,
    format: 'esm',
    external: ['vitest', './index.js'],
  }),
]);
// One instance of everything, however it is loaded.
writeFileSync(`${out}/index.js`, "export * from './index.cjs';\n");

execFileSync('node_modules/.bin/tsc', ['-p', 'testing'], { stdio: 'inherit' });
writeFileSync(`${out}/types/package.json`, '{ "type": "commonjs" }\n');

/** The control plane in the package needs the native part of lmdb that Longshore itself is tested with. */
function requireSameNativeParts() {
  const [ours, theirs] = ['package.json', 'testing/package.json'].map((file) => JSON.parse(readFileSync(file, 'utf8')));
  if (JSON.stringify(ours.optionalDependencies) === JSON.stringify(theirs.optionalDependencies)) return;
  throw new Error('testing/package.json: optionalDependencies must be those of package.json');
}
