#!/bin/sh
# What `longshore lab break` does inside a container.
#   faults.sh show            the faults that there are, one a line, and how full the disk is
#   faults.sh apply FAULT...  exactly these faults, of partition, slow, loss and disk-full; none: all is well
set -eu
table=longshore_lab
filling=/disk/filling

devices() { ip -o link show | awk -F '[ :@]+' '$2 ~ /^eth/ { print $2 }'; }

has_disk() { [ -d /disks ]; }

show() {
  rules=$(nft list table inet "$table" 2>/dev/null || true)
  case $rules in *partition*) echo partition ;; esac
  case $rules in *loss*) echo loss ;; esac
  case $(tc qdisc show) in *netem* | *tbf*) echo slow ;; esac
  if [ -e "$filling" ]; then echo disk-full; fi
  if mountpoint -q /disk; then df -B1 --output=used,size /disk | awk 'NR == 2 { print "disk " $1 " " $2 }'; fi
}

# One table for what is dropped at the network devices.
render_table() {
  gateway=$(ip -4 route show default | awk '{ print $3; exit }')
  echo "table inet $table {"
  echo "  chain in { type filter hook prerouting priority -400;"
  for device in $(devices); do
    # The host comes from the gateway. That way stays open, so that whoever runs the lab can still look.
    if wanted partition; then echo "iifname $device ip saddr != $gateway drop comment partition"; fi
    if wanted loss; then echo "iifname $device ip saddr != $gateway numgen random mod 100 < 20 drop comment loss"; fi
  done
  echo "  }"
  echo "  chain out { type filter hook postrouting priority 400;"
  for device in $(devices); do
    if wanted partition; then echo "oifname $device ip daddr != $gateway drop comment partition"; fi
  done
  echo "  }"
  echo "}"
}

drop_packets() {
  {
    # Also right when there is none.
    echo "add table inet $table"
    echo "delete table inet $table"
    if wanted partition || wanted loss; then render_table; fi
  } | nft -f -
}

# 300 ms later; a kernel without netem can only make the link narrow.
slow_down() {
  for device in $(devices); do
    if wanted slow; then
      tc qdisc replace dev "$device" root netem delay 300ms 50ms 2>/dev/null ||
        tc qdisc replace dev "$device" root tbf rate 128kbit burst 16kb latency 2s
    else
      # There may be none to remove.
      tc qdisc delete dev "$device" root 2>/dev/null || true
    fi
  done
}

# A container that has just started may not have its disk yet.
wait_for_disk() {
  for _ in $(seq 100); do
    if mountpoint -q /disk; then return 0; fi
    sleep 0.1
  done
  echo "the disk of this node is not mounted: its log says why" >&2
  exit 1
}

# Takes all that is left. Blocks are reserved, not written: the disk is full, the host's is not.
fill_disk() {
  if ! [ -b "$(findmnt -no SOURCE /disk)" ]; then
    echo "this node has no disk of its own, since there are no loop devices here: filling it would fill the host" >&2
    exit 1
  fi
  [ -e "$filling" ] || : >"$filling"
  for unit in 1048576 4096; do
    free=$(df -B1 --output=avail /disk | tail -n 1)
    if [ "$free" -ge "$unit" ]; then
      # Others use the disk meanwhile: what they took first is not there to be reserved.
      fallocate -o "$(stat -c %s "$filling")" -l $((free / unit * unit)) "$filling" 2>/dev/null || true
    fi
  done
}

keep_disk() {
  has_disk || return 0
  wait_for_disk
  if wanted disk-full; then fill_disk; else rm -f "$filling"; fi
}

wanted() { case " $faults " in *" $1 "*) return 0 ;; *) return 1 ;; esac; }

case "${1:-}" in
  show) show ;;
  apply)
    shift
    faults=$*
    keep_disk
    slow_down
    drop_packets
    ;;
  *) echo "faults.sh show | apply [partition] [slow] [loss] [disk-full]" >&2; exit 2 ;;
esac
