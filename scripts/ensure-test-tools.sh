#!/usr/bin/env bash
# What the integration and end-to-end tests call beside the engine: kubectl, a static busybox, shells, and compose and
# debootstrap for the lab. Debian and its relatives only; what is there is left alone.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

missing=()
command -v diff >/dev/null || missing+=(diffutils)
command -v zsh >/dev/null || missing+=(zsh)
command -v fish >/dev/null || missing+=(fish)
command -v findmnt >/dev/null || missing+=(util-linux)
command -v pgrep >/dev/null || missing+=(procps)
command -v curl >/dev/null || missing+=(curl)
perl -MTime::HiRes -e 1 2>/dev/null || missing+=(perl)
dpkg -s busybox-static >/dev/null 2>&1 || missing+=(busybox-static)
docker compose version >/dev/null 2>&1 || command -v docker-compose >/dev/null || missing+=(docker-compose)
command -v debootstrap >/dev/null || missing+=(debootstrap)
if [ ${#missing[@]} -gt 0 ]; then
  apt-get update -qq >/dev/null
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
if command -v kubectl >/dev/null; then exit 0; fi

# A current kubectl from Debian's newer suite, from the mirror that this machine uses anyway.
echo "installing kubectl from Debian trixie" >&2
mirror=$({ grep -hv '^#' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null || true; } | grep -oE 'https?://[^ ]+/debian/?( |$)' | head -n 1 | tr -d ' ')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
chmod -R 777 "$work"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$work/sources.list"
suite=(-o "Dir::Etc::SourceList=$work/sources.list" -o 'Dir::Etc::SourceParts=-' -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache")
apt-get "${suite[@]}" update -qq >/dev/null
(cd "$work" && apt-get "${suite[@]}" download -qq kubectl >/dev/null)
dpkg-deb -x "$work"/kubectl_*.deb "$work/root"
install -m 755 "$work/root/usr/bin/kubectl" /usr/local/bin/kubectl
kubectl version --client >/dev/null
