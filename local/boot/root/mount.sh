#!/bin/sh
# Puts a host's root together from its kept layer and this machine's programs; all mounts are in the daemon's namespace.
# Usage: mount.sh KEPT ROOT NETNS IMAGE KUBERNETES SERVER_ID NODE
set -eu
kept=$1 root=$2 netns=$3 image=$4 kubernetes=$5 server=$6 node=$7
mkdir -p "$root"
chmod 755 "$root" "$(dirname "$root")"
mount --bind "$kept" "$root"
mount --make-private "$root"

# a fresh /run and /tmp, as after any boot
rm -rf "$kept/run" "$kept/tmp"
mkdir -p "$root/run/systemd/resolve" "$root/run/estate/units" "$root/run/lock" "$root/tmp"
chmod 1777 "$root/tmp"
ln -sfn ../run "$root/var/run"

readonly_bind() {
	mount --bind "$1" "$2"
	mount -o remount,bind,ro "$2"
}
readonly_bind /usr "$root/usr"
for name in bin sbin lib lib32 lib64 libx32; do
	if [ -L "/$name" ]; then
		ln -sfn "$(readlink "/$name")" "$root/$name"
	elif [ -d "/$name" ]; then
		mkdir -p "$root/$name"
		readonly_bind "/$name" "$root/$name"
	fi
done
# the units are those of the played image, not those of this machine
readonly_bind "$image/system" "$root/usr/lib/systemd/system"
readonly_bind "$image/preset" "$root/usr/lib/systemd/system-preset"
# what would reach this machine's kernel or its systemd is played
for program in kmod systemctl; do
	if [ -e "/usr/bin/$program" ]; then readonly_bind "$image/bin/$program" "$root/usr/bin/$program"; fi
done
# Docker is played wherever this machine has it, which hosts would find first, and where it has none
mkdir -p "$root/opt/bin"
[ -e "$root/opt/bin/docker" ] || : >"$root/opt/bin/docker"
for folder in usr/local/sbin usr/local/bin usr/sbin usr/bin opt/bin; do
	# a link would be followed out of the host, to this machine's own
	[ -f "$root/$folder/docker" ] && [ ! -L "$root/$folder/docker" ] || continue
	readonly_bind "$image/bin/docker" "$root/$folder/docker"
done

mount -t tmpfs -o mode=755,nosuid,size=16m tmpfs "$root/dev"
node() { mknod -m 666 "$root/dev/$1" c "$2" "$3" 2>/dev/null || { : >"$root/dev/$1" && mount --bind "/dev/$1" "$root/dev/$1"; }; }
node null 1 3
node zero 1 5
node full 1 7
node random 1 8
node urandom 1 9
node tty 5 0
mkdir -p "$root/dev/pts" "$root/dev/shm" "$root/dev/disk/by-id" "$root/dev/disk/by-label" "$root/dev/disk/by-uuid"
chmod 1777 "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for stream in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${stream%:*}" "$root/dev/${stream#*:}"; done

mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
# made in the host's network namespace, so that /sys/class/net shows the host's interfaces
nsenter --net="$netns" mount -t sysfs -o nosuid,nodev,noexec sysfs "$root/sys"
if [ -d "$root/sys/devices/virtual/dmi/id" ]; then
	mkdir -p "$root/run/estate/dmi"
	echo "$server" >"$root/run/estate/dmi/product_uuid"
	echo OpenStack Compute >"$root/run/estate/dmi/product_name"
	readonly_bind "$root/run/estate/dmi" "$root/sys/devices/virtual/dmi/id"
fi
if [ -n "$kubernetes" ]; then
	mkdir -p "$root/oem/estate"
	: >"$root/oem/estate/kubeall"
	readonly_bind "$kubernetes" "$root/oem/estate/kubeall"
	# for pods whose image is node
	mkdir -p "$root/oem/estate/bin"
	: >"$root/oem/estate/bin/node"
	readonly_bind "$node" "$root/oem/estate/bin/node"
fi
