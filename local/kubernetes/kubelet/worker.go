package kubelet

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// worker runs one pod, from its first container to its deletion.
type worker struct {
	kubelet    *Kubelet
	folder     string
	pod        *v1.Pod // as it was first seen: what a pod is made of does not change
	ip         string
	places     map[string]string // its volumes on the host
	containers []*container
	inits      []*container

	mutex    sync.Mutex
	current  *v1.Pod // as it was seen last
	message  string  // why its containers are not started yet
	changed  chan struct{}
	deleted  chan struct{} // closed when its deletion was asked for
	gone     chan struct{} // closed when it is no longer there
	started  metav1.Time
	reported []v1.PodCondition
}

func newWorker(k *Kubelet, pod *v1.Pod) *worker {
	w := &worker{
		kubelet: k, folder: k.podFolder(pod.UID), pod: pod, changed: make(chan struct{}, 1), deleted: make(chan struct{}), gone: make(chan struct{}),
		started: metav1.Now(), reported: pod.Status.Conditions,
	}
	if pod.Status.StartTime != nil {
		w.started = *pod.Status.StartTime
	}
	for _, one := range pod.Spec.InitContainers {
		w.inits = append(w.inits, newContainer(w, one, true))
	}
	for _, one := range pod.Spec.Containers {
		w.containers = append(w.containers, newContainer(w, one, false))
	}
	w.update(pod)
	return w
}

// update takes in how the pod is now.
func (w *worker) update(pod *v1.Pod) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.current = pod
	if pod.DeletionTimestamp != nil {
		closeOnce(w.deleted)
	}
	// the cluster takes pods of a node it did not hear of for not ready: only the node takes that back
	w.wake()
}

func (w *worker) abandon() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	closeOnce(w.gone)
	closeOnce(w.deleted)
}

// wake asks for the status to be reported.
func (w *worker) wake() {
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

func closeOnce(channel chan struct{}) {
	select {
	case <-channel:
	default:
		close(channel)
	}
}

// run ends when the pod is gone, or the context over.
func (w *worker) run(outer context.Context) {
	ctx, cancel := context.WithCancel(outer) // over as soon as nothing more is to be started
	defer cancel()
	go func() {
		select {
		case <-w.deleted:
			cancel()
		case <-ctx.Done():
		}
	}()
	reports, stopReports := context.WithCancel(outer)
	var reporting sync.WaitGroup
	reporting.Add(1)
	go func() { defer reporting.Done(); w.reportChanges(reports) }()
	living := make(chan struct{})
	go func() { defer close(living); w.live(ctx) }()
	select { // one that has run to its end stays until somebody deletes it
	case <-w.deleted:
	case <-outer.Done():
	}
	cancel()
	for over := false; !over; { // one may just have been starting
		w.stop(outer)
		select {
		case <-living:
			over = true
		case <-time.After(50 * time.Millisecond):
		}
	}
	stopReports()
	reporting.Wait()
	if outer.Err() == nil {
		w.finish(outer)
	}
}

// live starts the containers in their order, and returns when all have ended for good or nothing more is to be started.
func (w *worker) live(ctx context.Context) {
	if !w.prepare(ctx) {
		return
	}
	go w.renew(ctx)
	for _, init := range w.inits {
		if init.sidecar() {
			go init.keep(ctx)
			if !init.await(ctx) {
				return
			}
			continue
		}
		if !init.keep(ctx) {
			return
		}
	}
	var group sync.WaitGroup
	for _, one := range w.containers {
		group.Add(1)
		go func() { defer group.Done(); one.keep(ctx) }()
	}
	group.Wait()
}

// prepare gives the pod its network and its volumes; what is missing may still come.
func (w *worker) prepare(ctx context.Context) bool {
	for {
		err := w.tryPrepare(ctx)
		if err == nil {
			w.say("")
			return true
		}
		w.say(err.Error())
		select {
		case <-ctx.Done():
			return false
		case <-time.After(2 * time.Second):
		}
	}
}

func (w *worker) tryPrepare(ctx context.Context) error {
	ip := w.kubelet.HostIP
	if !w.pod.Spec.HostNetwork {
		var err error
		if ip, err = w.kubelet.Address(w.pod); err != nil {
			return fmt.Errorf("the pod's network: %w", err)
		}
	}
	w.mutex.Lock()
	w.ip = ip
	w.mutex.Unlock()
	if err := os.MkdirAll(w.folder, 0o755); err != nil {
		return err
	}
	places, err := w.volumes(ctx)
	w.places = places
	return err
}

// say tells why the pod does not go on.
func (w *worker) say(message string) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if message != "" && message != w.message {
		w.log("", message)
	}
	w.message = message
	w.wake()
}

func (w *worker) log(container, line string) {
	w.kubelet.Log(fmt.Sprintf("[pod %s/%s %s] %s", w.pod.Namespace, w.pod.Name, container, line))
}

// stop ends all containers within the pod's grace period; those of a pod that is gone at once.
func (w *worker) stop(ctx context.Context) {
	w.mutex.Lock()
	grace := time.Duration(value(w.current.DeletionGracePeriodSeconds, value(w.pod.Spec.TerminationGracePeriodSeconds, 30))) * time.Second
	w.mutex.Unlock()
	stopAll := func(all []*container) {
		var group sync.WaitGroup
		for _, one := range all {
			group.Add(1)
			go func() { defer group.Done(); one.stop(ctx, grace, w.gone) }()
		}
		group.Wait()
	}
	begun := time.Now()
	stopAll(w.containers)
	grace = max(grace-time.Since(begun), 0)
	stopAll(w.inits) // sidecars outlive what they serve
}

// finish takes the pod out of the API, once nothing of it runs.
func (w *worker) finish(ctx context.Context) {
	now := int64(0)
	for ctx.Err() == nil {
		err := w.report(ctx)
		if err == nil || apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
			err = w.kubelet.Client.CoreV1().Pods(w.pod.Namespace).Delete(ctx, w.pod.Name, metav1.DeleteOptions{GracePeriodSeconds: &now, Preconditions: &metav1.Preconditions{UID: &w.pod.UID}})
		}
		if err == nil || apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
			return
		}
		w.log("", "it cannot be taken out of the API: "+err.Error())
		select {
		case <-ctx.Done():
		case <-time.After(2 * time.Second):
		}
	}
}
