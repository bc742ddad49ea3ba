#!/bin/sh
# build.sh TARGET: puts the program there. A checkout is compiled; an installed package has no sources and is
# taken as it is. Dependencies are those of this image, whatever platform the context comes from.
set -eu
target=$1
if [ -f tsconfig.json ]; then
  rm -rf node_modules dist
  ln -s /dependencies/node_modules node_modules
  npm run --silent build
fi
(cd /dependencies && npm prune --omit=dev --no-audit --no-fund --loglevel=error)
mkdir -p "$target"
cp -r package.json bin dist lab "$target"
mv /dependencies/node_modules "$target"
