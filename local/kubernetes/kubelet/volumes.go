package kubelet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	authentication "k8s.io/api/authentication/v1"
	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// content is the files of a volume, by their paths in it.
type content map[string]file

type file struct {
	text []byte
	mode os.FileMode
}

// volumes makes a pod's volumes, and returns where on the host each of them is.
func (w *worker) volumes(ctx context.Context) (map[string]string, error) {
	folders := map[string]string{}
	for _, volume := range w.pod.Spec.Volumes {
		folder, err := w.volume(ctx, volume)
		if err != nil {
			return nil, fmt.Errorf("volume %s: %w", volume.Name, err)
		}
		folders[volume.Name] = folder
	}
	return folders, nil
}

func (w *worker) volume(ctx context.Context, volume v1.Volume) (string, error) {
	own := w.volumeFolder(volume)
	written := func(files content, err error) (string, error) {
		if err != nil {
			return "", err
		}
		return own, w.write(own, files)
	}
	switch {
	case volume.EmptyDir != nil:
		return own, w.makeFolder(own, 0o777)
	case volume.HostPath != nil:
		return hostPath(*volume.HostPath)
	case volume.DownwardAPI != nil:
		return written(w.downward(volume.DownwardAPI.Items, volume.DownwardAPI.DefaultMode))
	case volume.PersistentVolumeClaim != nil:
		return w.claimed(ctx, volume.PersistentVolumeClaim.ClaimName)
	case volume.Projected != nil && hasToken(*volume.Projected):
		return written(w.projected(ctx, *volume.Projected))
	case followed(volume):
		return written(w.readFollowed(ctx, volume))
	}
	return "", fmt.Errorf("its kind is not played by the local stack")
}

func (w *worker) volumeFolder(volume v1.Volume) string {
	return filepath.Join(w.folder, "volumes", volume.Name)
}

func hostPath(of v1.HostPathVolumeSource) (string, error) {
	if value(of.Type, v1.HostPathUnset) == v1.HostPathDirectoryOrCreate {
		return of.Path, os.MkdirAll(of.Path, 0o755)
	}
	_, err := os.Stat(of.Path)
	return of.Path, err
}

func (w *worker) configMap(ctx context.Context, name string, items []v1.KeyToPath, mode *int32, optional bool) (content, error) {
	found, err := w.kubelet.Client.CoreV1().ConfigMaps(w.pod.Namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil && !(optional && apierrors.IsNotFound(err)) {
		return nil, err
	}
	all := map[string][]byte{}
	if err == nil {
		for key, text := range found.Data {
			all[key] = []byte(text)
		}
		for key, text := range found.BinaryData {
			all[key] = text
		}
	}
	return chosen(all, items, mode, optional)
}

func (w *worker) secret(ctx context.Context, name string, items []v1.KeyToPath, mode *int32, optional bool) (content, error) {
	found, err := w.kubelet.Client.CoreV1().Secrets(w.pod.Namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil && !(optional && apierrors.IsNotFound(err)) {
		return nil, err
	}
	all := map[string][]byte{}
	if err == nil {
		all = found.Data
	}
	return chosen(all, items, mode, optional)
}

// chosen are the files of a volume made from keys: all of them, or those that are named.
func chosen(all map[string][]byte, items []v1.KeyToPath, mode *int32, optional bool) (content, error) {
	usual := os.FileMode(value(mode, 0o644))
	files := content{}
	if len(items) == 0 {
		for key, text := range all {
			files[key] = file{text, usual}
		}
	}
	for _, item := range items {
		text, ok := all[item.Key]
		if !ok && !optional {
			return nil, fmt.Errorf("references non-existent key: %s", item.Key)
		}
		if ok {
			files[item.Path] = file{text, os.FileMode(value(item.Mode, int32(usual)))}
		}
	}
	return files, nil
}

func (w *worker) downward(items []v1.DownwardAPIVolumeFile, mode *int32) (content, error) {
	files := content{}
	for _, item := range items {
		if item.FieldRef == nil {
			return nil, fmt.Errorf("%s: only fields of the pod are played by the local stack", item.Path)
		}
		text, err := w.field(item.FieldRef.FieldPath)
		if err != nil {
			return nil, err
		}
		files[item.Path] = file{[]byte(text), os.FileMode(value(item.Mode, value(mode, 0o644)))}
	}
	return files, nil
}

func (w *worker) projected(ctx context.Context, of v1.ProjectedVolumeSource) (content, error) {
	files := content{}
	for _, source := range of.Sources {
		var some content
		var err error
		switch {
		case source.ConfigMap != nil:
			some, err = w.configMap(ctx, source.ConfigMap.Name, source.ConfigMap.Items, of.DefaultMode, value(source.ConfigMap.Optional, false))
		case source.Secret != nil:
			some, err = w.secret(ctx, source.Secret.Name, source.Secret.Items, of.DefaultMode, value(source.Secret.Optional, false))
		case source.DownwardAPI != nil:
			some, err = w.downward(source.DownwardAPI.Items, of.DefaultMode)
		case source.ServiceAccountToken != nil:
			some, err = w.token(ctx, *source.ServiceAccountToken)
		default:
			err = fmt.Errorf("a kind of source is not played by the local stack")
		}
		if err != nil {
			return nil, err
		}
		for path, one := range some {
			files[path] = one
		}
	}
	return files, nil
}

// token asks for a token of the pod's service account, which ends with the pod.
func (w *worker) token(ctx context.Context, of v1.ServiceAccountTokenProjection) (content, error) {
	// one that is written once must last: a kubelet renews its tokens
	const life = 365 * 24 * time.Hour
	seconds := int64(life / time.Second)
	request := &authentication.TokenRequest{Spec: authentication.TokenRequestSpec{
		ExpirationSeconds: &seconds,
		BoundObjectRef:    &authentication.BoundObjectReference{APIVersion: "v1", Kind: "Pod", Name: w.pod.Name, UID: w.pod.UID},
	}}
	if of.Audience != "" {
		request.Spec.Audiences = []string{of.Audience}
	}
	account := w.pod.Spec.ServiceAccountName
	answer, err := w.kubelet.Client.CoreV1().ServiceAccounts(w.pod.Namespace).CreateToken(ctx, account, request, metav1.CreateOptions{})
	if err != nil {
		return nil, err
	}
	mode := os.FileMode(0o644) // its containers may be different users
	if of := w.pod.Spec.SecurityContext; of != nil && of.RunAsUser != nil {
		mode = 0o600
	}
	return content{of.Path: {[]byte(answer.Status.Token), mode}}, nil
}

// claimed is the folder of the volume that a claim is bound to.
func (w *worker) claimed(ctx context.Context, name string) (string, error) {
	claim, err := w.kubelet.Client.CoreV1().PersistentVolumeClaims(w.pod.Namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return "", err
	}
	if claim.Status.Phase != v1.ClaimBound {
		return "", fmt.Errorf("the claim %s is not bound", name)
	}
	volume, err := w.kubelet.Client.CoreV1().PersistentVolumes().Get(ctx, claim.Spec.VolumeName, metav1.GetOptions{})
	switch {
	case err != nil:
		return "", err
	case volume.Spec.HostPath != nil:
		return volume.Spec.HostPath.Path, w.makeFolder(volume.Spec.HostPath.Path, 0o777)
	case volume.Spec.Local != nil:
		return volume.Spec.Local.Path, w.openToGroup(volume.Spec.Local.Path)
	}
	return "", fmt.Errorf("the kind of volume %s is not played by the local stack", volume.Name)
}

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
