package kubelet

import (
	"context"
	"os"
	"path/filepath"
	"sync"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
)

// Kubelet runs pods of one node, those that `Runs` tells of.
type Kubelet struct {
	Client kubernetes.Interface
	Node   string
	HostIP string
	// DNS and Domain are the cluster's name server and its domain.
	DNS, Domain string
	// Folder has the pods' files: volumes that end with them. Roots has the points where their roots are mounted.
	Folder, Roots string
	// Address gives a pod that is not in the host's network its network, and returns its address.
	Address func(pod *v1.Pod) (string, error)
	// Network is the file of a pod's network namespace.
	Network func(uid string) string
	// Log takes a line of output of a pod, or about one.
	Log func(line string)

	mutex   sync.Mutex
	workers map[types.UID]*worker
}

// Follow runs the pods of an informer until the context is over; then all their processes end at once, as this program does.
func (k *Kubelet) Follow(ctx context.Context, pods cache.SharedIndexInformer) error {
	k.workers = map[types.UID]*worker{}
	_, err := pods.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { k.see(ctx, object) },
		UpdateFunc: func(_, object any) { k.see(ctx, object) },
		DeleteFunc: func(object any) { k.gone(object) },
	})
	return err
}

// see tells a pod's worker how the pod is now, or gives it one.
func (k *Kubelet) see(ctx context.Context, object any) {
	pod, ok := object.(*v1.Pod)
	if !ok {
		return
	}
	if why := whyPlayed(pod); why != "" {
		if pod.DeletionTimestamp == nil && pod.Annotations["kubernetes.io/config.mirror"] == "" {
			go k.tellPlayed(ctx, pod, why)
		}
		return
	}
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if w := k.workers[pod.UID]; w != nil {
		w.update(pod)
		return
	}
	if pod.DeletionTimestamp == nil && (pod.Status.Phase == v1.PodSucceeded || pod.Status.Phase == v1.PodFailed) {
		return // it ran to its end before this program was started again
	}
	w := newWorker(k, pod)
	k.workers[pod.UID] = w
	go func() {
		w.run(ctx)
		k.mutex.Lock()
		defer k.mutex.Unlock()
		delete(k.workers, pod.UID)
		if ctx.Err() == nil {
			_ = os.RemoveAll(w.folder)
		}
	}()
}

// gone ends a pod that is no longer there, at once: it was deleted by force.
func (k *Kubelet) gone(object any) {
	if last, ok := object.(cache.DeletedFinalStateUnknown); ok {
		object = last.Obj
	}
	pod, ok := object.(*v1.Pod)
	if !ok {
		return
	}
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if w := k.workers[pod.UID]; w != nil {
		w.abandon()
	}
}

func (k *Kubelet) podFolder(uid types.UID) string {
	return filepath.Join(k.Folder, "pods", string(uid))
}
