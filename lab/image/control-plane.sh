#!/bin/sh
# The control plane, a join token where the nodes find it, and a kubeconfig for the host.
set -eu
data=/var/lib/longshore/control-plane
program=/opt/longshore/dist/control-plane/main.js

# publish FILE: whole or not at all, since a node or kubectl may read it at any moment.
publish() {
  cat >"$1.new"
  chmod 600 "$1.new"
  # What lies on the host belongs to whoever owns the folder there.
  chown --reference="$(dirname "$1")" "$1.new"
  mv "$1.new" "$1"
}

# A token lives for a day; there is a new one every twelve hours, for nodes that come later.
keep_token() {
  until node "$program" token create --data-dir "$data" --ttl 24h >/tmp/token 2>/tmp/token.problem; do sleep 0.2; done
  publish /run/join/token </tmp/token
  publish /kubeconfig/config <"$data/admin.kubeconfig"
  sleep 43200
}

address=$(hostname -i | cut -d ' ' -f 1)
longshore control-plane --data-dir "$data" --bind-address 0.0.0.0 --advertise-address "$address" --port "$API_PORT" &
server=$!
trap 'kill "$server"' TERM INT
while keep_token; do :; done &
# A signal interrupts the first wait; the second one is for the end that it asked for.
wait "$server" || wait "$server"
