package await

import (
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"estate/local/engine/kubernetes/object"
)

// most is how many reasons are told; more would hide the first.
const most = 5

// pod waits until the pod is ready, or has done its work.
func pod(_ Waiter, _ context.Context, o *object.Unstructured) Verdict {
	p, err := podOf(o)
	switch {
	case err != nil:
		return missing(err.Error())
	case isReady(p) || p.Status.Phase == corev1.PodSucceeded:
		return ready()
	case p.Status.Phase == corev1.PodFailed:
		return missing(append([]string{"the pod failed"}, reasonsOf(p)...)...)
	}
	if reasons := reasonsOf(p); len(reasons) > 0 {
		return missing(reasons...)
	}
	return missing("the pod is not ready")
}

func podOf(o *object.Unstructured) (*corev1.Pod, error) {
	p := &corev1.Pod{}
	return p, runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, p)
}

func isReady(p *corev1.Pod) bool {
	for _, condition := range p.Status.Conditions {
		if condition.Type == corev1.PodReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

// podReasons tells why pods are not ready, each reason once, with the number of pods it holds for.
func podReasons(items []object.Unstructured) []string {
	var order []string
	pods := map[string]int{}
	for i := range items {
		p, err := podOf(&items[i])
		if err != nil || p.DeletionTimestamp != nil || isReady(p) || p.Status.Phase == corev1.PodSucceeded {
			continue
		}
		for _, reason := range reasonsOf(p) {
			if pods[reason] == 0 {
				order = append(order, reason)
			}
			pods[reason]++
		}
	}
	for i, reason := range order {
		if pods[reason] > 1 {
			order[i] = fmt.Sprintf("%s (%d pods)", reason, pods[reason])
		}
	}
	if len(order) > most {
		order = append(order[:most], fmt.Sprintf("and %d more reasons", len(order)-most))
	}
	return order
}

// reasonsOf tells why one pod is not ready.
func reasonsOf(p *corev1.Pod) []string {
	var reasons []string
	for _, condition := range p.Status.Conditions {
		if condition.Type == corev1.PodScheduled && condition.Status == corev1.ConditionFalse {
			reasons = append(reasons, "not scheduled: "+condition.Message)
		}
	}
	if p.Status.Reason != "" {
		reasons = append(reasons, because(p.Status.Reason, p.Status.Message))
	}
	for _, group := range [][]corev1.ContainerStatus{p.Status.InitContainerStatuses, p.Status.ContainerStatuses} {
		for _, container := range group {
			if text := containerReason(container); text != "" {
				reasons = append(reasons, fmt.Sprintf("container %s: %s", container.Name, text))
			}
		}
	}
	return reasons
}

func containerReason(container corev1.ContainerStatus) string {
	state := container.State
	switch {
	case state.Waiting != nil && state.Waiting.Reason != "ContainerCreating" && state.Waiting.Reason != "PodInitializing":
		text := because(state.Waiting.Reason, state.Waiting.Message)
		if last := container.LastTerminationState.Terminated; last != nil {
			text += ", after it " + ended(last)
		}
		return text
	case state.Terminated != nil && state.Terminated.ExitCode != 0:
		return ended(state.Terminated)
	case state.Running != nil && !container.Ready:
		return "running, but its readiness probe does not succeed"
	}
	return ""
}

func ended(state *corev1.ContainerStateTerminated) string {
	return because(fmt.Sprintf("ended with exit code %d", state.ExitCode), strings.TrimSpace(state.Message))
}

func because(reason, message string) string {
	if message == "" {
		return reason
	}
	return reason + ": " + message
}
