#!/bin/sh
# A container as a machine: kernel files, cgroups and a disk as an engine wants them, then Docker Engine and
# `longshore agent`. Everything here is done anew at each start, since any of it may have been killed.
set -eu
here=$(dirname "$0")
. "$here/cgroups.sh"
. "$here/disk.sh"

say() { echo "lab: $*" >&2; }

# A machine that is shut down: first the agents, so that they do not bring back what the engine then stops.
agents='' keeper=''
shut_down() {
  trap '' TERM INT
  for part in $agents $keeper; do
    kill "$part" 2>/dev/null || true
    wait "$part" || true
  done
  exit 0
}
trap shut_down TERM INT

name=${LONGSHORE_NODE_NAME:-$(node "$here/node-name.js")}
say "this is $name"
mount -o remount,rw /proc/sys
mount -o remount,rw /sys
# Mounts that pods share have to reach their containers.
mount --make-rshared /
mount_cgroups
mount_disk "$name" "${LONGSHORE_LAB_DISK:-10G}"
# Left by processes that were killed; their numbers belong to others now.
rm -rf /run/docker /run/docker.pid /run/docker.sock /run/containerd

# An engine that ends is started again, as a machine's service manager would.
keep_engine() {
  engine=''
  trap 'kill "$engine" 2>/dev/null || true; wait "$engine"; exit 0' TERM
  while :; do
    dockerd --log-level warn --shutdown-timeout 3 &
    engine=$!
    wait "$engine" || say "the engine ended with code $?; starting it again"
    sleep 1
  done
}

# Tells runc and dockerd that AppArmor is not theirs to use in here.
export container=docker
keep_engine &
keeper=$!
until docker version >/dev/null 2>&1; do sleep 0.1; done
longshore agent --node-name "$name" --join "$LONGSHORE_JOIN" --token-file /run/join/token &
agents=$!
code=0
wait "$agents" || code=$?
say "longshore agent ended with code $code"
exit "$code"
