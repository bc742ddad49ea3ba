# Sourced by the experiments: words for the reader, and checks that hold what the words promise.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
experiment=$(basename "$0" .sh)
namespace=lab-$experiment
# The application: any image with sh and httpd, such as busybox.
app_image=${LAB_APP_IMAGE:-busybox:1.36}

if [ -e "$root/dist/cli/main.js" ]; then
  longshore() { node "$root/bin/longshore.js" "$@"; }
fi
for program in kubectl longshore; do
  command -v "$program" >/dev/null || { echo "this experiment needs $program" >&2; exit 1; }
done
# The lab's own cluster, whatever kubectl speaks to otherwise.
KUBECONFIG=$(longshore lab status | sed -n 's/^export KUBECONFIG=//p')
[ -n "$KUBECONFIG" ] || exit 1
export KUBECONFIG

title() { printf '\n=== %s ===\n' "$*"; }
explain() { printf '\n%s\n' "$*" | fold -s -w 100; }

# run COMMAND...: shows it, as one would type it, and runs it.
run() {
  printf '\n$ %s\n' "$*"
  "$@"
}

# check WHAT SECONDS COMMAND...: waits until the command succeeds. The experiment fails when it does not.
check() {
  what=$1 seconds=$2
  shift 2
  started=$(date +%s)
  while ! said=$("$@" 2>&1); do
    if [ $(($(date +%s) - started)) -ge "$seconds" ]; then
      printf '\nFAILED: %s: not within %s s\n' "$what" "$seconds" >&2
      printf '%s\n' "$said" >&2
      kubectl -n "$namespace" get pods -o wide >&2 || true
      kubectl get nodes >&2 || true
      exit 1
    fi
    sleep 0.5
  done
  printf '✓ %s (%s s)\n' "$what" $(($(date +%s) - started))
}

# holds WHAT COMMAND...: must be so now.
holds() {
  what=$1
  shift
  check "$what" 0 "$@"
}

k() { kubectl -n "$namespace" "$@"; }

# The application in a namespace of its own, gone again at the end, with everything repaired, however it ends.
start_application() {
  check 'the lab is well to begin with' 30 longshore lab status
  trap clean_up EXIT
  trap 'exit 130' INT TERM
  kubectl delete namespace "$namespace" --ignore-not-found >/dev/null
  run kubectl create namespace "$namespace"
  printf '\n$ kubectl -n %s apply -f lab/experiments/web.yaml\n' "$namespace"
  sed "s|busybox:1.36|$app_image|" "$root/lab/experiments/web.yaml" | k apply -f -
  check 'all pods of the application are Ready' 90 k rollout status deployment/web --timeout=1s
  run kubectl -n "$namespace" get pods -o wide
}

broken=
# break_part NAME FAULT: and remembers what to repair.
break_part() {
  broken="$broken $1"
  run longshore lab break "$1" --how "$2"
}

repair_part() { run longshore lab repair "$1"; }

clean_up() {
  code=$?
  trap '' EXIT INT TERM
  for part in $broken; do longshore lab repair "$part" >/dev/null || code=1; done
  i=0
  until kubectl delete namespace "$namespace" --ignore-not-found --timeout=60s >/dev/null 2>&1; do
    i=$((i + 1))
    if [ $i -ge 20 ]; then echo "the namespace $namespace could not be deleted" >&2; code=1; break; fi
    sleep 1
  done
  if [ $code = 0 ]; then printf '\n%s: everything was as it should be\n' "$experiment"; fi
  exit $code
}

# Facts about the cluster, one a line.
pod_on() { k get pods -l app=web --field-selector "spec.nodeName=$1" -o jsonpath='{.items[0].metadata.name}'; }
node_status() { kubectl get node "$1" -o jsonpath='{.status.conditions[?(@.type=="'"$2"'")].status}'; }
node_of_a_pod() { k get pods -l app=web -o jsonpath='{.items[0].spec.nodeName}'; }
ready_replicas() { k get deployment web -o jsonpath='{.status.readyReplicas}'; }
service_address() { k get service web -o jsonpath='{.spec.clusterIP}'; }

# containers_on NODE POD: ids of the containers that the node's own engine runs for a pod.
containers_on() { longshore lab shell "$1" -- docker ps -q --no-trunc --filter "name=longshore_[^_]*_$2_"; }

is() {
  actual=$("$2")
  [ "$actual" = "$1" ] || { echo "$2 is '$actual'"; return 1; }
}
node_is() { [ "$(node_status "$1" "$2")" = "$3" ] || { echo "node $1: $2 is not $3"; return 1; }; }
is_gone() { ! k get pod "$1" --no-headers 2>/dev/null; }
runs_nothing_of() { [ -z "$(containers_on "$1" "$2")" ] || { echo "$1 runs a container of $2"; return 1; }; }

# answers FROM: ten questions to the service in a row, asked on a node; every one is answered.
answers() {
  longshore lab shell "$1" -- sh -c "for i in 1 2 3 4 5 6 7 8 9 10; do curl -fsS -m 2 http://$service/ || exit 1; done"
}
