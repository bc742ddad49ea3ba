#!/usr/bin/env bash
# npm test: every check and test with the set-up that it needs, cheap ones first.
# A stage that fails is counted and the next one runs, except that nothing runs without a build.
# npm test -- unit integration: only these stages.
set -uo pipefail
cd "$(dirname "$0")/.."
stages=("${@:-all}")
totals=$(mktemp)
trap 'rm -f "$totals"' EXIT
export LONGSHORE_TEST_TOTALS=$totals

wanted() { [[ " ${stages[*]} " == *" all "* || " ${stages[*]} " == *" $1 "* ]]; }

finish() {
  awk '{ passed += $1; failed += $2; skipped += $3 }
       END { printf "%d passed, %d failed", passed, failed
             if (skipped) printf ", %d skipped", skipped
             print ""
             exit failed > 0 }' "$totals"
  exit $?
}

# check NAME COMMAND...: one check, counted as one test.
check() {
  local name=$1 started=$SECONDS; shift
  if "$@"; then echo "ok      $name ($((SECONDS - started)) s)"; echo "1 0 0" >>"$totals"
  else echo "FAILED  $name ($((SECONDS - started)) s)"; echo "0 1 0" >>"$totals"; return 1; fi
}

# suite NAME TIMEOUT_MS GLOB: mocha counts for itself; a run that dies without totals is one failure.
suite() {
  local before after started=$SECONDS
  before=$(wc -l <"$totals")
  echo "== $1"
  npx mocha --reporter test/support/totals-reporter.cjs --timeout "$2" --exit "$3"
  after=$(wc -l <"$totals")
  if [ "$before" = "$after" ]; then echo "FAILED  $1 ended without a result"; echo "0 1 0" >>"$totals"; fi
  echo "== $1 took $((SECONDS - started)) s"
}

check 'install and build' scripts/prepare.sh || finish
if wanted lint; then
  check 'types' npm run --silent types
  check 'lint, import rules' npx eslint . --max-warnings 0
  check 'format' npx prettier --check --log-level warn .
  check 'proto lint' npx buf lint
  check 'generated code is up to date' scripts/check-generated.sh
fi
if wanted unit; then suite 'unit and contract' 10000 '{lib,control-plane,kubelet-agent,kube-proxy,cli,testing}/**/*.test.ts'; fi
if wanted integration || wanted e2e; then
  check 'a Docker Engine answers' scripts/ensure-engine.sh || finish
  check 'tools of the tests' scripts/ensure-test-tools.sh || finish
fi
if wanted integration; then suite 'integration' 120000 'test/integration/**/*.test.ts'; fi
if wanted e2e; then
  check 'images of the guestbook' examples/guestbook/images.sh
  suite 'end to end' 300000 'test/e2e/**/*.test.ts'
fi
finish
