# Sourced by node.sh, inside its own cgroup namespace.

# Mounts the cgroup tree of this namespace writable, in the version that the machine has.
mount_cgroups() {
  if [ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ]; then mount_cgroup2; else mount_cgroup1; fi
}

mount_cgroup2() {
  umount -R /sys/fs/cgroup
  mount -t cgroup2 cgroup /sys/fs/cgroup
  # A group that hands controllers down may hold no processes of its own: those here move into a child.
  mkdir -p /sys/fs/cgroup/machine
  while read -r pid; do
    # One that has ended meanwhile cannot be moved, and need not be.
    echo "$pid" 2>/dev/null >/sys/fs/cgroup/machine/cgroup.procs || true
  done </sys/fs/cgroup/cgroup.procs
  for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do
    echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control || say "this machine does not hand down cgroup controller $controller"
  done
}

# One mount for each hierarchy that the machine has, named after its controllers.
mount_cgroup1() {
  umount -R /sys/fs/cgroup
  mount -t tmpfs -o mode=755 cgroup /sys/fs/cgroup
  while IFS=: read -r _ controllers _; do
    case $controllers in
      '') continue ;; # the version 2 tree beside them holds no controllers
      name=*) directory=${controllers#name=} options=none,$controllers ;;
      *) directory=$controllers options=$controllers ;;
    esac
    mkdir "/sys/fs/cgroup/$directory"
    mount -t cgroup -o "$options" cgroup "/sys/fs/cgroup/$directory"
    # Engines look for each controller under its own name.
    for controller in $(echo "$directory" | tr , ' '); do
      [ -e "/sys/fs/cgroup/$controller" ] || ln -s "$directory" "/sys/fs/cgroup/$controller"
    done
  done </proc/self/cgroup
}
