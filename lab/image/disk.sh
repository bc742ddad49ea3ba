# Sourced by node.sh. A node's disk is a file on the lab's volume, named after the node and mounted as a
# file system of its own: it has a size, filling it fills nothing else, and whoever bears the name gets it back.

disks=/disks
disk=/disk

# mount_disk NAME SIZE: makes the disk if it is new; engine and agents keep all that they keep on it.
mount_disk() {
  mkdir -p "$disk"
  if ensure_loop_devices; then
    image=$disks/$1.img
    if [ ! -e "$image" ]; then
      truncate -s "$2" "$image.new"
      mkfs.ext4 -q -m 0 "$image.new"
      mv "$image.new" "$image"
    fi
    # Others may take the device that was free a moment ago.
    for attempt in 1 2 3 4 5 6 7 8 9 last; do
      if mount -o loop,discard "$image" "$disk"; then break; fi
      if [ "$attempt" = last ]; then say "the disk $image cannot be mounted"; exit 1; fi
      ensure_loop_devices
      sleep 0.2
    done
  else
    say "there are no loop devices: the disk is a folder, as large as what it lies on"
    mkdir -p "$disks/$1"
    mount --bind "$disks/$1" "$disk"
  fi
  for part in docker longshore; do
    mkdir -p "$disk/$part" "/var/lib/$part"
    mount --bind "$disk/$part" "/var/lib/$part"
  done
}

# The device files up to the first free loop device. Fails where the kernel has none.
ensure_loop_devices() {
  [ -e /dev/loop-control ] || mknod /dev/loop-control c 10 237
  free=$(losetup -f 2>/dev/null) || return 1
  number=0
  while [ "$number" -le $((${free#/dev/loop} + 8)) ]; do
    [ -e "/dev/loop$number" ] || mknod "/dev/loop$number" b 7 "$number"
    number=$((number + 1))
  done
}
