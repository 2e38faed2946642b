package kubelet

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"golang.org/x/sys/unix"
)

// mount is a file or folder of the host that a container has at a path.
type mount struct {
	source, target string
	readOnly       bool
}

// root is what a container sees as its file system. The images' own files are not there: the host's programs are.
type root struct {
	folder   string
	files    map[string]string // content of files below /etc, by name
	mounts   []mount
	readOnly bool
}

// self is the file of this program on the host, as it is found when the program starts. Later it cannot be asked for: a thread in another
// mount namespace is told where it lies for those who are not locked into the host's root.
var self, errSelf = os.Executable()

// fromHost are the files below /etc that the host's programs need to run at all.
var fromHost = []string{"ssl", "ca-certificates", "alternatives", "services", "protocols", "ld.so.cache", "ld.so.conf", "ld.so.conf.d"}

// build puts the root together, in the mount namespace that the caller is in: all of it is gone when that is.
func (r root) build() error {
	if err := os.MkdirAll(r.folder, 0o755); err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", r.folder, "tmpfs", unix.MS_NOSUID, "mode=755,size=256m"); err != nil {
		return fmt.Errorf("no root can be mounted at %s: %w", r.folder, err)
	}
	for _, name := range []string{"etc", "run", "var", "home", "root", "mnt"} {
		if err := os.Mkdir(filepath.Join(r.folder, name), 0o755); err != nil {
			return err
		}
	}
	for _, name := range []string{"tmp", "var/tmp"} {
		path := filepath.Join(r.folder, name)
		// the umask takes the last bit of Mkdir
		if err := errors.Join(os.Mkdir(path, 0o755), os.Chmod(path, 0o777|os.ModeSticky)); err != nil {
			return err
		}
	}
	for name, text := range r.files {
		if err := os.WriteFile(filepath.Join(r.folder, "etc", name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	if errSelf != nil {
		return errSelf
	}
	if err := r.bind(mount{self, selfPath, true}); err != nil {
		return err
	}
	mounts := []mount{{toolFolder, toolFolder, true}, {"/proc", "/proc", false}, {"/dev", "/dev", false}, {"/sys", "/sys", true}}
	for _, name := range fromHost {
		mounts = append(mounts, mount{"/etc/" + name, "/etc/" + name, true})
	}
	system, err := r.system()
	if err != nil {
		return err
	}
	// what lies in another comes after it
	sort.SliceStable(r.mounts, func(a, b int) bool { return len(r.mounts[a].target) < len(r.mounts[b].target) })
	for _, one := range append(system, mounts...) {
		if _, err := os.Stat(one.source); err != nil {
			continue // the host has none
		}
		if err := r.bind(one); err != nil {
			return err
		}
	}
	for _, one := range r.mounts {
		if err := r.bind(one); err != nil {
			return err
		}
	}
	if r.readOnly {
		return unix.Mount("", r.folder, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, "")
	}
	return nil
}

// system are the folders of the host's programs; where one is a link, it is one here.
func (r root) system() ([]mount, error) {
	mounts := []mount{{"/usr", "/usr", true}}
	for _, name := range []string{"bin", "sbin", "lib", "lib32", "lib64", "libx32"} {
		if link, err := os.Readlink("/" + name); err == nil {
			if err := os.Symlink(link, filepath.Join(r.folder, name)); err != nil {
				return nil, err
			}
		} else {
			mounts = append(mounts, mount{"/" + name, "/" + name, true})
		}
	}
	return mounts, nil
}

func (r root) bind(m mount) error {
	target := filepath.Join(r.folder, filepath.Clean("/"+m.target))
	source, err := os.Stat(m.source)
	if err != nil {
		return err
	}
	if err := makePoint(target, source.IsDir()); err != nil {
		return err
	}
	if err := unix.Mount(m.source, target, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("%s cannot be mounted at %s: %w", m.source, m.target, err)
	}
	if !m.readOnly {
		return nil
	}
	var status unix.Statfs_t
	if err := unix.Statfs(target, &status); err != nil {
		return err
	}
	// in a user namespace what the mount has already must be said again; the bits of both are the same
	kept := uintptr(status.Flags) & (unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC)
	if err := unix.Mount("", target, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY|kept, ""); err != nil {
		return fmt.Errorf("%s cannot be mounted read-only: %w", m.target, err)
	}
	return nil
}

// makePoint makes what is to be mounted on.
func makePoint(target string, folder bool) error {
	if _, err := os.Stat(target); err == nil {
		return nil
	}
	if folder {
		return os.MkdirAll(target, 0o755)
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	return os.WriteFile(target, nil, 0o644)
}

// accounts are the files that give the numbers of a container's user and group names.
func accounts(user, group uint32) map[string]string {
	passwd := []string{"root:x:0:0:root:/root:/bin/sh", "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin"}
	groups := []string{"root:x:0:", "nogroup:x:65534:"}
	if user != 0 && user != 65534 {
		passwd = append(passwd, fmt.Sprintf("user:x:%d:%d:user:/tmp:/usr/sbin/nologin", user, group))
	}
	if group != 0 && group != 65534 {
		groups = append(groups, fmt.Sprintf("user:x:%d:", group))
	}
	lines := func(all []string) string { return strings.Join(all, "\n") + "\n" }
	return map[string]string{"passwd": lines(passwd), "group": lines(groups), "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n"}
}
