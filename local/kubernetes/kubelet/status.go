package kubelet

import (
	"context"
	"encoding/json"
	"time"

	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// reportChanges tells the API of whatever changes, until the context is over.
func (w *worker) reportChanges(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.changed:
		}
		if err := w.report(ctx); err != nil && ctx.Err() == nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) {
			w.log("", "its status cannot be reported: "+err.Error())
			time.AfterFunc(2*time.Second, w.wake)
		}
	}
}

// report writes the pod's status, if the API has another. Not one of another pod of the same name.
func (w *worker) report(ctx context.Context) error {
	status := w.status()
	w.mutex.Lock()
	same := sameStatus(w.current.Status, status)
	w.mutex.Unlock()
	if same {
		return nil
	}
	// what is left out stays as it is: a message that no longer holds must be taken back, and addresses of the host that had the name before
	patch, err := json.Marshal(struct {
		Metadata map[string]any `json:"metadata"`
		Status   any            `json:"status"`
	}{map[string]any{"uid": w.pod.UID}, struct {
		v1.PodStatus `json:",inline"`
		Message      *string `json:"message"`
		HostIPs      []any   `json:"hostIPs"`
		PodIPs       []any   `json:"podIPs"`
	}{status, notEmpty(status.Message), instead(status.HostIPs), instead(status.PodIPs)}})
	if err != nil {
		return err
	}
	// conditions that others have set stay: they are merged by their types
	pod, err := w.kubelet.Client.CoreV1().Pods(w.pod.Namespace).Patch(ctx, w.pod.Name, types.StrategicMergePatchType, patch, metav1.PatchOptions{}, "status")
	if err != nil {
		return err
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.current = pod
	return nil
}

// instead makes of a list what a strategic merge puts in the place of the one that is there.
func instead[Item any](list []Item) []any {
	all := []any{map[string]string{"$patch": "replace"}}
	for _, item := range list {
		all = append(all, item)
	}
	return all
}

func notEmpty(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// sameStatus tells whether the API has all that is to be reported.
func sameStatus(has, wanted v1.PodStatus) bool {
	for _, condition := range wanted.Conditions {
		at := conditionOf(has.Conditions, condition.Type)
		if at == nil || at.Status != condition.Status {
			return false
		}
	}
	text := func(status v1.PodStatus) string {
		all, _ := json.Marshal([]any{status.Phase, status.PodIP, status.Message, status.ContainerStatuses, status.InitContainerStatuses})
		return string(all)
	}
	return text(has) == text(wanted)
}

func conditionOf(all []v1.PodCondition, kind v1.PodConditionType) *v1.PodCondition {
	for index := range all {
		if all[index].Type == kind {
			return &all[index]
		}
	}
	return nil
}

// status is what there is to tell of the pod now.
func (w *worker) status() v1.PodStatus {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	status := v1.PodStatus{HostIP: w.kubelet.HostIP, HostIPs: []v1.HostIP{{IP: w.kubelet.HostIP}}, StartTime: &w.started, Message: w.message}
	if w.ip != "" {
		status.PodIP, status.PodIPs = w.ip, []v1.PodIP{{IP: w.ip}}
	}
	initialized := true
	for _, init := range w.inits {
		told := init.status()
		status.InitContainerStatuses = append(status.InitContainerStatuses, told)
		done := told.State.Terminated != nil && told.State.Terminated.ExitCode == 0
		initialized = initialized && (done || (init.sidecar() && value(told.Started, false)))
	}
	ready := initialized
	for _, one := range w.containers {
		told := one.status()
		status.ContainerStatuses = append(status.ContainerStatuses, told)
		ready = ready && told.Ready
	}
	status.Phase = w.phase(initialized)
	over := status.Phase == v1.PodSucceeded || status.Phase == v1.PodFailed
	gated := true
	for _, gate := range w.pod.Spec.ReadinessGates {
		at := conditionOf(w.current.Status.Conditions, gate.ConditionType)
		gated = gated && at != nil && at.Status == v1.ConditionTrue
	}
	w.condition(&status, RunsCondition, true, "")
	w.condition(&status, v1.PodReadyToStartContainers, w.ip != "" && !over, "")
	w.condition(&status, v1.PodInitialized, initialized, "ContainersNotInitialized")
	w.condition(&status, v1.ContainersReady, ready && !over, "ContainersNotReady")
	w.condition(&status, v1.PodReady, ready && gated && !over, "ContainersNotReady")
	w.reported = status.Conditions
	return status
}

// condition adds one; when it changed last is known from the report before.
func (w *worker) condition(status *v1.PodStatus, kind v1.PodConditionType, is bool, reason string) {
	condition := v1.PodCondition{Type: kind, Status: v1.ConditionTrue, LastTransitionTime: metav1.Now()}
	if !is {
		condition.Status, condition.Reason = v1.ConditionFalse, reason
	}
	if before := conditionOf(w.reported, kind); before != nil && before.Status == condition.Status {
		condition.LastTransitionTime = before.LastTransitionTime
	}
	status.Conditions = append(status.Conditions, condition)
}

// phase follows from how the containers are.
func (w *worker) phase(initialized bool) v1.PodPhase {
	for _, init := range w.inits {
		if ended, code := init.end(); ended && code != 0 {
			return v1.PodFailed
		}
	}
	over, failed, begun := true, false, false
	for _, one := range w.containers {
		ended, code := one.end()
		over, failed = over && ended, failed || code != 0
		begun = begun || one.begun()
	}
	switch {
	case initialized && over && failed:
		return v1.PodFailed
	case initialized && over:
		return v1.PodSucceeded
	case initialized && begun:
		return v1.PodRunning
	}
	return v1.PodPending
}

// end tells whether the container has ended for good, and how.
func (c *container) end() (bool, int32) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if !c.ended || c.state.Terminated == nil {
		return false, 0
	}
	return true, c.state.Terminated.ExitCode
}

// begun tells whether the container was ever started.
func (c *container) begun() bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.id != "" || c.restarts > 0
}

func (c *container) status() v1.ContainerStatus {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	started := c.started && c.state.Running != nil
	ready := c.ready && c.state.Running != nil
	if c.init && !c.sidecar() {
		ready = c.state.Terminated != nil && c.state.Terminated.ExitCode == 0
	}
	return v1.ContainerStatus{
		Name: c.spec.Name, Image: c.spec.Image, ImageID: c.spec.Image, ContainerID: c.id, State: c.state, LastTerminationState: c.last,
		RestartCount: c.restarts, Ready: ready, Started: &started,
	}
}
