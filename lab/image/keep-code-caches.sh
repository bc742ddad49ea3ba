#!/bin/sh
# Starts the programs once while the image is made: what V8 has compiled then is kept beside them, and a container
# starts in half the time. There is no engine yet and no right to set rules; the agents wait for both.
set -eu
data=$(mktemp -d)
longshore control-plane --data-dir "$data" --bind-address 127.0.0.1 >"$data/log" 2>&1 &
control_plane=$!
for _ in $(seq 100); do
  if longshore token create --quiet --data-dir "$data" >"$data/token" 2>/dev/null; then break; fi
  sleep 0.2
done
longshore kubeconfig --data-dir "$data" >/dev/null
longshore agent --join https://127.0.0.1:6444 --token-file "$data/token" --state-dir "$data/agent" >"$data/log" 2>&1 &
agent=$!
# They keep what they have compiled by then once they have run for 5 s.
sleep 8
kill "$agent" "$control_plane"
wait "$agent" "$control_plane"
rm -rf "$data"
