#!/usr/bin/env bash
# Makes a base image for the lab where no registry answers: Debian's packages and this machine's Node and npm.
# Prints its name. Made once an engine, in about a minute; needs root and a Debian mirror.
set -euo pipefail
image=longshore-test/lab-base:1
if docker image inspect "$image" >/dev/null 2>&1; then echo "$image"; exit 0; fi

if ! command -v debootstrap >/dev/null; then
  apt-get update -qq >/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends debootstrap >/dev/null
fi
mirror=$({ grep -hv '^#' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null || true; } | grep -oE 'https?://[^ ]+/debian/?( |$)' | head -n 1 | tr -d ' ')

root=$(mktemp -d)
trap 'umount -R "$root"; rmdir "$root"' EXIT
# In memory: unpacking waits for the disk at every file otherwise.
mount -t tmpfs -o size=2g tmpfs "$root"
packages=ca-certificates,conntrack,curl,docker.io,e2fsprogs,iproute2,iptables,nftables,procps
debootstrap --variant=minbase --include="$packages" bookworm "$root" ${mirror:+"$mirror"} >&2
umount -R "$root/proc" "$root/sys" 2>/dev/null || true
install -m 755 "$(command -v node)" "$root/usr/local/bin/node"
mkdir -p "$root/usr/local/lib/node_modules"
cp -r "$(npm root -g)/npm" "$root/usr/local/lib/node_modules/"
for program in npm npx; do ln -s "../lib/node_modules/npm/bin/$program-cli.js" "$root/usr/local/bin/$program"; done
# Trust whom this machine trusts, for packages that come through a proxy.
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
tar -C "$root" -c --exclude='./usr/share/doc/*' --exclude='./usr/share/locale/*' --exclude='./usr/share/man/*' \
  --exclude='./var/cache/apt/*' --exclude='./var/lib/apt/lists/*' . |
  docker import --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
    --change 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt' - "$image" >&2
echo "$image"
