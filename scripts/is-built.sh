#!/bin/sh
# Succeeds when dist/ is up to date with the sources beside it.
cd "$(dirname "$0")/.." || exit 1
[ -f dist/.built ] || exit 1
sources='proto lib control-plane kubelet-agent kube-proxy cli testing scripts package.json package-lock.json'
[ -z "$(find $sources -path testing/dist -prune -o -newer dist/.built -print -quit 2>/dev/null)" ]
