#!/bin/sh
# Process 1 of the stack's namespaces: makes /run, /etc/resolv.conf and the cloud's addresses, runs the daemon, and reaps
# what loses its parent. When it ends, the kernel ends everything in the namespaces with it.
# Usage: start.sh NODE MAIN NAMESERVER ADDRESS...
set -eu
node=$1 main=$2 nameserver=$3
shift 3
resolv=$(readlink -f /etc/resolv.conf || echo /etc/resolv.conf)
mount -t tmpfs -o mode=755,nosuid,nodev tmpfs /run
mkdir -p /run/netns /run/estate /run/lock /run/sshd "$(dirname "$resolv")"
chmod 700 /run/estate
echo "nameserver $nameserver" >/run/estate/resolv.conf
[ -e "$resolv" ] || : >"$resolv"
mount --bind /run/estate/resolv.conf "$resolv"
# ip netns keeps its names on a mount of its own, which must be shared within these namespaces
mount --bind /run/netns /run/netns
mount --make-shared /run/netns
ip link set lo up
for address; do ip address add "$address/32" dev lo; done
"$node" "$main"
