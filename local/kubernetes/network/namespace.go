// Package network is what flannel, the bridge plugin of CNI and the network policy controller of k3s do on a host: pods have network
// namespaces with addresses of the node's range, reach those of other hosts, and are kept from what policies do not allow.
//
// Everything is done in the network namespace it is called in, which is the host's. Only nftables needs a program, nft.
package network

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

const (
	namespaceFolder = "/run/netns" // where `ip netns` looks, too
	namespacePrefix = "pod-"
)

// NamespacePath is the file by which a pod's network namespace is entered.
func NamespacePath(uid string) string { return filepath.Join(namespaceFolder, namespacePrefix+uid) }

// makeNamespace makes a pod's namespace, unless it is there.
func makeNamespace(uid string) error {
	if isNamespace(NamespacePath(uid)) {
		return nil
	}
	_ = os.Remove(NamespacePath(uid)) // what a killed start has left: a file without a namespace
	made := make(chan error)
	go func() {
		// The thread is in the new namespace then. It is never unlocked, so that it ends with this function and nobody else gets it.
		runtime.LockOSThread()
		namespace, err := netns.NewNamed(namespacePrefix + uid)
		if err == nil {
			// as k3s has containerd do it: who is not root may open low ports
			err = errors.Join(namespace.Close(), os.WriteFile("/proc/sys/net/ipv4/ip_unprivileged_port_start", []byte("0"), 0))
		}
		made <- err
	}()
	return <-made
}

// isNamespace tells a mounted namespace from an empty file.
func isNamespace(path string) bool {
	var status unix.Statfs_t
	return unix.Statfs(path, &status) == nil && status.Type == unix.NSFS_MAGIC
}

// removeNamespace takes the name away; the namespace ends with the last process in it, and its interfaces with it.
func removeNamespace(uid string) error {
	path := NamespacePath(uid)
	if err := unix.Unmount(path, unix.MNT_DETACH); err != nil && !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOENT) {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// namespaces are the uids of all pods that have one.
func namespaces() ([]string, error) {
	entries, err := os.ReadDir(namespaceFolder)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var uids []string
	for _, entry := range entries {
		if uid, ok := strings.CutPrefix(entry.Name(), namespacePrefix); ok {
			uids = append(uids, uid)
		}
	}
	return uids, err
}
