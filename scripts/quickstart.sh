#!/usr/bin/env bash
# npm run quickstart: from a fresh clone to a three-node cluster that serves an application.
# Every step is skipped when it is done already, so it may be interrupted and run again.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/prepare.sh
scripts/ensure-engine.sh
examples/guestbook/images.sh >/dev/null
exec node bin/longshore.js quickstart "$@"
