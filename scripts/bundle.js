/**
 * Makes dist/<program>/ of every program: `program.cjs`, one file with everything that it
 * imports, and `main.js`, which starts it with V8's code cache (scripts/program-loader.cjs).
 * A program starts three times as fast as from its separate modules. Dynamic imports stay
 * lazy: a module is evaluated when it is first imported.
 *
 * Nothing stays outside but the native part of lmdb, one package for each kind of machine: an
 * installed Longshore has no other dependencies, so users run the very versions that were
 * tested. Types are checked by tsc, not here.
 */
import { createHash } from 'node:crypto';
import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { build } from 'esbuild';

/** By name of their folder in dist/: where each begins. */
const programs = {
  'control-plane': 'control-plane/main.ts',
  'kubelet-agent': 'kubelet-agent/main.ts',
  'kube-proxy': 'kube-proxy/main.ts',
  cli: 'cli/main.ts',
  reaper: 'testing/reaper/main.ts',
};
const external = ['cpu-features', 'bufferutil', 'utf-8-validate', 'msgpackr-extract', '*.node'];

/** Dependencies that look for files beside themselves, and those files; they find them in dist/third-party/. */
const fileSeekers = { lmdb: ['package.json'], '@grpc/reflection': ['build/proto'], 'grpc-health-check': ['proto'] };

const relocateFileSeekers = {
  name: 'relocate-file-seekers',
  setup({ onLoad }) {
    const names = Object.keys(fileSeekers).join('|');
    onLoad({ filter: new RegExp(`/node_modules/(${names})/.*\\.c?js$`) }, ({ path }) => {
      const place = /.*\/node_modules\/(.*)$/.exec(path)[1];
      const contents = readFileSync(path, 'utf8')
        .replaceAll('__filename', `__path('../third-party/${place}')`)
        .replaceAll('__dirname', `__path('../third-party/${dirname(place)}')`);
      return { contents, loader: 'js' };
    });
  },
};

/** Here `require` and `__dirname` are the bundle's own; a module in it may have others. */
const banner = `
const __bundleUrl = require('node:url').pathToFileURL(__filename).href;
const __path = (relative) => require('node:path').join(__dirname, relative);
`;

/** Small programs that a program starts beside itself. */
const helpers = { 'kubelet-agent/runtime/docker/port-dialer/netns-program.ts': 'dist/kubelet-agent/netns-program.cjs' };
const entries = [
  ...Object.entries(programs).map(([name, main]) => [main, `dist/${name}/program.cjs`]),
  ...Object.entries(helpers),
];

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
      // As CommonJS: what lmdb has its keys decoded by evaluates text that names variables, and bundling renames those of modules.
      alias: { lmdb: './node_modules/lmdb/dist/index.cjs' },
      plugins: [relocateFileSeekers],
      define: { 'import.meta.url': '__bundleUrl' },
      banner: { js: banner },
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
for (const program of Object.keys(programs)) {
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
for (const [name, paths] of Object.entries(fileSeekers))
  for (const path of paths) cpSync(`node_modules/${name}/${path}`, `dist/third-party/${name}/${path}`, { recursive: true });
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
