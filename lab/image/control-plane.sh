#!/bin/sh
# The control plane, a join token where the nodes find it, and a kubeconfig for the host.
set -eu

# publish FILE: whole or not at all, since a node or kubectl may read it at any moment.
publish() {
  cat >"$1.new"
  chmod 600 "$1.new"
  # What lies on the host belongs to whoever owns the folder there.
  chown --reference="$(dirname "$1")" "$1.new"
  mv "$1.new" "$1"
}

# A token lives for a day; there is a new one every twelve hours, for nodes that come later.
keep_access() {
  until longshore token create --quiet --ttl 24h >/tmp/token 2>/tmp/problem; do sleep 0.2; done
  publish /run/join/token </tmp/token
  longshore kubeconfig --server "https://127.0.0.1:$LONGSHORE_LAB_PORT" --name longshore-lab >/tmp/kubeconfig
  publish /kubeconfig/config </tmp/kubeconfig
  sleep 43200
}

longshore control-plane --advertise-address "$(hostname -i | cut -d ' ' -f 1)" &
server=$!
trap 'kill "$server"' TERM INT
while keep_access; do :; done &
# A signal interrupts the first wait; the second one is for the end that it asked for.
wait "$server" || wait "$server"
