#!/bin/sh
# Makes sure that dist/ is there and up to date. It is the same for every platform, so that of the machine which
# builds the image is taken; from a fresh clone it is bundled here. An installed package has no sources to bundle.
set -eu
cd "$(dirname "$0")/../.."
if [ ! -f scripts/bundle.js ] || scripts/is-built.sh; then exit 0; fi
npm install --no-save --no-audit --no-fund --loglevel=error
node scripts/bundle.js
