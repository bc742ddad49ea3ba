#!/bin/sh
# What a node needs beside Node: an engine and the kernel's tools. A base image that has them is left as it is.
set -eu
missing=
need() { command -v "$1" >/dev/null || missing="$missing $2"; }
need dockerd docker.io
need nft nftables
need ip iproute2
need iptables iptables
need conntrack conntrack
need mkfs.ext4 e2fsprogs
need ps procps
need curl curl
need mount mount
[ -e /etc/ssl/certs/ca-certificates.crt ] || missing="$missing ca-certificates"
if [ -n "$missing" ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends $missing
  # Debian 13 and newer have the client in a package of its own.
  command -v docker >/dev/null || apt-get install -y -qq --no-install-recommends docker-cli
  rm -rf /var/lib/apt/lists/*
fi
