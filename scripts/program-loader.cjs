/**
 * Runs a bundle with V8's code cache: what was compiled in an earlier run is not compiled
 * again, which halves the time that a program needs to start.
 *
 * The cache lies beside the bundle. Its name carries all that it depends on: the bundle's
 * content, Node, Node's flags (V8 refuses another's), and the subcommand, so that a short
 * command does not leave a poor cache to the server. Without a cache, or where none can be
 * written, the program runs all the same and starts slower.
 */
const { createHash } = require('node:crypto');
const { readFileSync, renameSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { dirname, join } = require('node:path');
const { fileURLToPath } = require('node:url');
const { Script, constants } = require('node:vm');

/** A program that calls this has done what most of its runs do: now the cache is worth keeping. */
const keepCodeCache = Symbol.for('longshore.keepCodeCache');

exports.loadProgram = function loadProgram(url, contentHash) {
  const file = fileURLToPath(url);
  const cacheFile = join(dirname(file), `${cacheName(contentHash)}.cache`);
  const cachedData = readCache(cacheFile);
  const script = new Script(Module.wrap(readFileSync(file, 'latin1')), {
    filename: file,
    cachedData,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  if (!cachedData || script.cachedDataRejected) globalThis[keepCodeCache] = () => writeCache(cacheFile, script);
  const module = { exports: {} };
  script.runInThisContext()(module.exports, Module.createRequire(file), module, file, dirname(file));
};

function cacheName(contentHash) {
  const subcommand = process.argv[2] ?? '';
  const parts = [contentHash, process.version, process.arch, ...process.execArgv, subcommand.startsWith('-') ? '' : subcommand];
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
}

function readCache(cacheFile) {
  try {
    return readFileSync(cacheFile);
  } catch {
    // The first run, or a folder that nobody may write to.
    return undefined;
  }
}

/** Whole or not at all: several processes may write the same cache at once. */
function writeCache(cacheFile, script) {
  delete globalThis[keepCodeCache];
  const draft = `${cacheFile}.${process.pid}`;
  try {
    writeFileSync(draft, script.createCachedData());
    renameSync(draft, cacheFile);
  } catch {
    // A folder that nobody may write to: the next start is as slow as this one.
  }
}
