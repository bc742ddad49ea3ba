#!/usr/bin/env bash
# From a fresh clone to programs that run: dependencies and dist/, each only when it is out of date.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! node -e 'const [major, minor] = process.versions.node.split("."); process.exit(+major > 20 || (+major === 20 && +minor >= 19) ? 0 : 1)'; then
  echo "Longshore needs Node 20.19 or newer; this is $(node --version)" >&2
  exit 1
fi
if ! cmp -s package-lock.json node_modules/.longshore-lock; then
  echo "installing dependencies" >&2
  # Not npm ci: it wants every optional platform package of the lock file, which mirrors may not carry.
  npm install --no-save --no-audit --no-fund --loglevel=error >&2
  cp package-lock.json node_modules/.longshore-lock
fi
if ! scripts/is-built.sh; then
  echo "building" >&2
  npm run --silent bundle
  touch dist/.built
fi
