#!/usr/bin/env bash
# Fails when committed generated code is not what its sources generate now.
set -euo pipefail
cd "$(dirname "$0")/.."
before=$(mktemp -d)
trap 'rm -rf "$before"' EXIT
cp -r proto/gen "$before/gen"
cp -r lib/kubernetes/types "$before/types"
npm run --silent generate
if ! diff -r proto/gen "$before/gen" || ! diff -r lib/kubernetes/types "$before/types"; then
  echo "generated code has drifted: commit what npm run generate writes" >&2
  exit 1
fi
