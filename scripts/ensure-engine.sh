#!/usr/bin/env bash
# Makes sure that a Docker Engine answers and that the kernel tools of a node are there.
# What already runs is left alone. Debian and its relatives only; elsewhere it says what to install.
set -euo pipefail

answers() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

# The engine's API on its socket, for machines without the docker client.
socket_answers() { curl -fsS --max-time 3 --unix-socket /var/run/docker.sock http://docker/_ping >/dev/null 2>&1; }

missing=()
command -v nft >/dev/null || missing+=(nftables)
command -v ip >/dev/null || missing+=(iproute2)
command -v iptables >/dev/null || missing+=(iptables)
command -v conntrack >/dev/null || missing+=(conntrack)
command -v mount >/dev/null || missing+=(mount)
if ! command -v docker >/dev/null || { ! answers && ! socket_answers && ! command -v dockerd >/dev/null; }; then
  missing+=(docker.io)
fi

if [ ${#missing[@]} -gt 0 ]; then
  if ! command -v apt-get >/dev/null; then
    echo "install these first, this machine has no apt-get: ${missing[*]}" >&2
    exit 1
  fi
  if [ "$(id -u)" != 0 ]; then
    echo "installing ${missing[*]} needs root: run the command with sudo" >&2
    exit 1
  fi
  echo "installing ${missing[*]} from Debian" >&2
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >/dev/null
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

if answers; then exit 0; fi

echo "starting dockerd" >&2
if [ -d /run/systemd/system ]; then
  systemctl start docker
else
  mkdir -p /var/log
  setsid dockerd >>/var/log/dockerd.log 2>&1 </dev/null &
fi
for _ in $(seq 1 120); do
  if answers; then exit 0; fi
  sleep 0.5
done
echo "dockerd did not answer within 60 s; /var/log/dockerd.log says why" >&2
exit 1
