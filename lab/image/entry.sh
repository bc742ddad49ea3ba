#!/bin/sh
# First process of every container of the lab: `control-plane` or `node`, or any other command as it is.
set -eu
here=$(dirname "$0")
case "${1:-node}" in
  control-plane) exec "$here/control-plane.sh" ;;
  # A cgroup namespace of its own: below it the node's engine sees a machine's whole tree, on cgroup v1 as on v2.
  node) exec unshare --cgroup "$here/node.sh" ;;
  *) exec "$@" ;;
esac
