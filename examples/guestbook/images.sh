#!/usr/bin/env bash
# Makes the guestbook's two images on this machine's Docker Engine: longshore-example/guestbook:1
# and longshore-example/redis:1. Their bases come from Docker Hub; where no registry answers they
# are put together from this machine's Node and Debian's redis-server.
set -euo pipefail
cd "$(dirname "$0")"
export DOCKER_BUILDKIT=0

have() { docker image inspect "$1" >/dev/null 2>&1; }

# import_root DIR NAME: a directory tree as an image.
import_root() {
  tar -C "$1" -c . | docker import --change 'ENV PATH=/usr/local/bin:/usr/bin:/bin' - "$2" >/dev/null
}

# Files that every base needs: users, and a place for data.
base_files() {
  mkdir -p "$1"/{etc,tmp,data,app,usr/bin,usr/local/bin}
  ln -sfn usr/bin "$1/bin"
  chmod 1777 "$1/tmp" "$1/data"
  printf 'root:x:0:0:root:/:/bin/sh\nredis:x:999:999::/data:/bin/false\nnode:x:1000:1000::/app:/bin/false\n' >"$1/etc/passwd"
  printf 'root:x:0:\nredis:x:999:\nnode:x:1000:\n' >"$1/etc/group"
}

# copy_libraries PROGRAM DIR: the shared libraries that a program of this machine loads.
copy_libraries() {
  ldd "$1" | grep -o '/[^ ]*' | while read -r library; do
    mkdir -p "$2$(dirname "$library")"
    cp -L "$library" "$2$library"
  done
}

node_base_offline() {
  local root; root=$(mktemp -d)
  base_files "$root"
  cp -L "$(command -v node)" "$root/usr/local/bin/node"
  copy_libraries "$root/usr/local/bin/node" "$root"
  import_root "$root" longshore-example/node-base:offline
  rm -rf "$root"
}

redis_base_offline() {
  local root packages; root=$(mktemp -d)
  base_files "$root"
  packages=$(apt-cache depends --recurse --no-{recommends,suggests,conflicts,breaks,replaces,enhances} redis-server |
    grep -E '^(lib|redis|zlib1g)' | grep -vE 'perl|^libpam|^libsemanage|^libnewt|^libslang|^libdebian|^libtext|^libelogind|^libaudit-common' | sort -u)
  mkdir "$root/debs"
  (cd "$root/debs" && chmod 777 . && apt-get download -qq $packages)
  # usr/lib merged as on Debian, so that /lib/x86_64-linux-gnu and /lib64 lead there.
  mkdir -p "$root"/usr/{lib,lib64}
  ln -s usr/lib "$root/lib"; ln -s usr/lib64 "$root/lib64"
  for deb in "$root"/debs/*.deb; do dpkg-deb --fsys-tarfile "$deb" | tar -C "$root" -x --keep-directory-symlink; done
  rm -rf "$root"/debs "$root"/usr/share "$root"/etc/init.d
  import_root "$root" longshore-example/redis-base:offline
  rm -rf "$root"
}

# base HUB_IMAGE OFFLINE_IMAGE MAKER: prints the base to build on.
base() {
  if have "$1" || timeout 60 docker pull -q "$1" >/dev/null 2>&1; then echo "$1"; return; fi
  echo "no registry answers for $1; making $2 from this machine" >&2
  have "$2" || "$3"
  echo "$2"
}

if ! have longshore-example/guestbook:1; then
  docker build -q -t longshore-example/guestbook:1 --build-arg BASE_IMAGE="$(base node:20-slim longshore-example/node-base:offline node_base_offline)" frontend
fi
if ! have longshore-example/redis:1; then
  docker build -q -t longshore-example/redis:1 --build-arg BASE_IMAGE="$(base redis:7 longshore-example/redis-base:offline redis_base_offline)" redis
fi
