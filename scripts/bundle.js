/**
 * Makes dist/<program>/ of every program: `program.cjs`, one file with everything that it
 * imports, and `main.js`, which starts it with V8's code cache (scripts/program-loader.cjs).
 * A program starts three times as fast as from its separate modules. Dynamic imports stay
 * lazy: a module is evaluated when it is first imported.
 *
 * What finds its own files by path (lmdb its native part, gRPC's services their protos) stays
 * outside, in node_modules. Types are checked by tsc, not here.
 */
import { createHash } from 'node:crypto';
import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const programs = ['control-plane', 'kubelet-agent', 'kube-proxy', 'cli'];
const external = ['lmdb', '@grpc/reflection', 'grpc-health-check', 'cpu-features', 'bufferutil', 'utf-8-validate', '*.node'];

/** Small programs that a program starts beside itself. */
const helpers = { 'kubelet-agent/runtime/docker/port-dialer/netns-program.ts': 'dist/kubelet-agent/netns-program.cjs' };
const entries = [...programs.map((program) => [`${program}/main.ts`, `dist/${program}/program.cjs`]), ...Object.entries(helpers)];

const results = await Promise.all(
  entries.map(([entry, outfile]) =>
    build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      external,
      define: { 'import.meta.url': '__bundleUrl' },
      banner: { js: "const __bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
      // Names stay: a stack is readable without its source map too.
      minifyWhitespace: true,
      minifySyntax: true,
      sourcemap: 'linked',
      sourcesContent: false,
      legalComments: 'none',
      metafile: true,
      logLevel: 'warning',
    }),
  ),
);

cpSync('scripts/program-loader.cjs', 'dist/program-loader.cjs');
for (const program of programs) {
  for (const entry of readdirSync(`dist/${program}`)) if (entry.endsWith('.cache')) rmSync(`dist/${program}/${entry}`);
  const hash = createHash('sha256')
    .update(readFileSync(`dist/${program}/program.cjs`))
    .digest('hex')
    .slice(0, 16);
  writeFileSync(
    `dist/${program}/main.js`,
    `import { loadProgram } from '../program-loader.cjs';\nloadProgram(new URL('./program.cjs', import.meta.url), '${hash}');\n`,
  );
}

// Data that the programs read: they look for it in the folders above them (lib/files/find-above.ts).
for (const path of ['lib/kubernetes/schema/kubernetes-1.36.json', 'proto/longshore'])
  cpSync(path, `dist/${path}`, { recursive: true });
writeFileSync('dist/THIRD-PARTY-LICENSES.txt', renderLicenses(results.flatMap(({ metafile }) => Object.keys(metafile.inputs))));

/** The licence texts of the packages that went into the bundles, as their licences ask. */
function renderLicenses(inputs) {
  const packages = new Set(inputs.map((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1]).filter(Boolean));
  return [...packages]
    .sort()
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
      const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
      return `${name} ${version} (${license})\n\n${file ? readFileSync(`${folder}/${file}`, 'utf8').trim() : ''}\n`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}
