package kubelet

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// write makes a volume's files. They are the group's if the pod has one for its files, else anybody's who may read them by their mode:
// of a token the container's own user alone is the owner.
func (w *worker) write(folder string, files content) error {
	if err := w.makeFolder(folder, 0o755); err != nil {
		return err
	}
	user, group := w.owner()
	for name, one := range files {
		path := filepath.Join(folder, filepath.Clean("/"+name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		mode := one.mode
		if group >= 0 {
			mode |= mode >> 3 & 0o070 // what the owner may, the group may
			mode |= 0o040
		}
		owner := 0
		if mode == 0o600 {
			owner = user
		}
		if err := replaceFile(path, one.text, mode, owner, group); err != nil {
			return err
		}
	}
	return nil
}

// replaceFile writes a file so that who reads it finds the old one or the new one, whole.
func replaceFile(path string, text []byte, mode os.FileMode, owner, group int) error {
	fresh, err := os.CreateTemp(filepath.Dir(path), ".new-*") // nobody else's to read until it is whole
	if err != nil {
		return err
	}
	_, err = fresh.Write(text)
	err = errors.Join(err, fresh.Close(), os.Chown(fresh.Name(), owner, group), os.Chmod(fresh.Name(), mode))
	if err == nil {
		err = os.Rename(fresh.Name(), path)
	}
	if err != nil {
		_ = os.Remove(fresh.Name())
	}
	return err
}

// makeFolder makes a folder that is the pod's group's, if it has one for its files.
func (w *worker) makeFolder(path string, mode os.FileMode) error {
	if err := os.MkdirAll(path, 0o755); err != nil {
		return err
	}
	if _, group := w.owner(); group >= 0 {
		if err := os.Chown(path, -1, group); err != nil {
			return err
		}
		mode |= 0o070 | os.ModeSetgid
	}
	return os.Chmod(path, mode)
}

// openToGroup gives all of a volume to the pod's group, if it has one for its files and the volume itself is not that group's already:
// as a kubelet does where the pod's fsGroupChangePolicy is OnRootMismatch, which is taken for all.
func (w *worker) openToGroup(folder string) error {
	info, err := os.Stat(folder)
	if err != nil {
		return err
	}
	_, group := w.owner()
	const open = os.ModeSetgid | 0o070
	if status, ok := info.Sys().(*syscall.Stat_t); group < 0 || (ok && int(status.Gid) == group && info.Mode()&open == open) {
		return nil
	}
	return filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if info.Mode()&os.ModeSymlink != 0 {
			return os.Lchown(path, -1, group)
		}
		mode := info.Mode()&(os.ModePerm|os.ModeSetuid|os.ModeSetgid|os.ModeSticky) | 0o060
		if info.IsDir() {
			mode |= open
		}
		return errors.Join(os.Lchown(path, -1, group), os.Chmod(path, mode))
	})
}

// owner are the user of the pod, and the group of its files: -1 without one.
func (w *worker) owner() (user, group int) {
	group = -1
	if of := w.pod.Spec.SecurityContext; of != nil {
		user = int(value(of.RunAsUser, 0))
		if of.FSGroup != nil {
			group = int(*of.FSGroup)
		}
	}
	return user, group
}
