#!/usr/bin/env bash
# npm run bench -- pods|start|event-loop: measurements on this machine's engine, with what they are compared to in the same run.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/prepare.sh
scripts/ensure-engine.sh
if ! dpkg -s busybox-static >/dev/null 2>&1; then
  apt-get install -y -qq --no-install-recommends busybox-static >/dev/null
fi
exec npx tsx bench/main.ts "$@"
