#!/bin/sh
# Beside package.json: what the program needs when it runs, and the one tool that bundles it.
set -eu
npm install --omit=dev --no-save --no-audit --no-fund --loglevel=error
esbuild=$(node -p 'require("./package.json").devDependencies.esbuild')
npm install --prefix /tools --no-save --no-audit --no-fund --loglevel=error "esbuild@$esbuild"
