package kubelet

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"time"

	v1 "k8s.io/api/core/v1"
)

// renewalPause is how long a volume may be older than what it is made from. A real kubelet's take up to two minutes.
var renewalPause = 20 * time.Second

// hasToken tells whether a volume has a token of the pod's account, which is asked for once and lasts as long as the pod.
func hasToken(of v1.ProjectedVolumeSource) bool {
	for _, source := range of.Sources {
		if source.ServiceAccountToken != nil {
			return true
		}
	}
	return false
}

// followed tells whether a volume is made from config maps and secrets, so that it changes with them.
func followed(volume v1.Volume) bool {
	return volume.ConfigMap != nil || volume.Secret != nil || volume.Projected != nil
}

// readFollowed is what such a volume is made from, as it is now.
func (w *worker) readFollowed(ctx context.Context, volume v1.Volume) (content, error) {
	switch {
	case volume.ConfigMap != nil:
		of := volume.ConfigMap
		return w.configMap(ctx, of.Name, of.Items, of.DefaultMode, value(of.Optional, false))
	case volume.Secret != nil:
		of := volume.Secret
		return w.secret(ctx, of.SecretName, of.Items, of.DefaultMode, value(of.Optional, false))
	}
	of := *volume.Projected.DeepCopy()
	lasting := of.Sources[:0]
	for _, source := range of.Sources {
		if source.ServiceAccountToken == nil {
			lasting = append(lasting, source)
		}
	}
	of.Sources = lasting
	return w.projected(ctx, of)
}

// renew brings the pod's volumes what has changed of the config maps and secrets that they are made from, until the pod ends. What was
// taken out of those stays, and so does all of it where they cannot be read: they may have been deleted before the pod.
func (w *worker) renew(ctx context.Context) {
	for sleep(ctx, renewalPause) {
		for _, volume := range w.pod.Spec.Volumes {
			if !followed(volume) {
				continue
			}
			files, err := w.readFollowed(ctx, volume)
			if err != nil {
				continue
			}
			if err := w.write(w.volumeFolder(volume), changed(w.volumeFolder(volume), files)); err != nil {
				w.log("", "volume "+volume.Name+" cannot be renewed: "+err.Error())
			}
		}
	}
}

// changed are the files that are not so in a folder.
func changed(folder string, files content) content {
	others := content{}
	for name, one := range files {
		if text, err := os.ReadFile(filepath.Join(folder, filepath.Clean("/"+name))); err != nil || !bytes.Equal(text, one.text) {
			others[name] = one
		}
	}
	return others
}
