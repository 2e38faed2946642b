#!/bin/sh
# Process 1 of the stack's namespaces: makes /run, /etc/resolv.conf and the cloud's addresses, runs the daemon, and reaps
# what loses its parent. When it ends, the kernel ends everything in the namespaces with it.
# Usage: start.sh NODE MAIN NAMESERVER ADDRESS...
set -eu
node=$1 main=$2 nameserver=$3
shift 3
# what hosts find in their folders must not depend on who started this
umask 022
resolv=$(readlink -m /etc/resolv.conf)
mount -t tmpfs -o mode=755,nosuid,nodev tmpfs /run
mkdir -p /run/netns /run/estate /run/lock /run/sshd
chmod 700 /run/estate
echo "nameserver $nameserver" >/run/estate/resolv.conf
case $resolv in
	/run/*) mkdir -p "$(dirname "$resolv")" && : >"$resolv" ;;
esac
if [ ! -e "$resolv" ]; then
	# the machine has none and is to have none after us: /etc gets a layer that is seen in here only
	resolv=/etc/resolv.conf
	mkdir -p /run/estate/etc/layer /run/estate/etc/work
	mount -t overlay -o lowerdir=/etc,upperdir=/run/estate/etc/layer,workdir=/run/estate/etc/work overlay /etc || {
		echo "this machine has no $resolv, and no overlay file system to play one with: make an empty file of that name" >&2
		exit 1
	}
	rm -f "$resolv"
	: >"$resolv"
fi
mount --bind /run/estate/resolv.conf "$resolv"
# ip netns keeps its names on a mount of its own, which must be shared within these namespaces
mount --bind /run/netns /run/netns
mount --make-shared /run/netns
ip link set lo up
for address; do ip address add "$address/32" dev lo; done
"$node" "$main"
