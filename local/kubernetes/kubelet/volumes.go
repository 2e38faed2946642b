package kubelet

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
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
