#!/bin/sh
# build.sh TARGET: puts the program there. A checkout is bundled; an installed package has no sources and is
# taken as it is. Dependencies are those of this image, whatever platform the context comes from.
set -eu
target=$1
if [ -f scripts/bundle.js ]; then
  rm -rf node_modules dist
  cp -r /dependencies/node_modules .
  ln -s /tools/node_modules/esbuild node_modules/esbuild
  node scripts/bundle.js
  rm node_modules/esbuild
else
  rm -rf node_modules
  mv /dependencies/node_modules .
fi
mkdir -p "$target"
cp -r package.json bin dist lab "$target"
mv node_modules "$target"
