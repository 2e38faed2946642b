package await

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"

	"estate/local/engine/kubernetes/object"
)

var pods = schema.GroupVersionResource{Version: "v1", Resource: "pods"}

// workload judges what runs pods: Deployment, StatefulSet, DaemonSet. A paused Deployment rolls nothing out, so there is
// nothing to wait for.
func workload(w Waiter, ctx context.Context, o *object.Unstructured) Verdict {
	if paused, _, _ := unstructured.NestedBool(o.Object, "spec", "paused"); paused {
		return ready()
	}
	verdict := judgeWorkload(o)
	if verdict.Ready {
		return verdict
	}
	items, err := w.Cluster.List(ctx, pods, o.GetNamespace(), selectorOf(o))
	if err != nil {
		return verdict
	}
	verdict.Reasons = append(verdict.Reasons, podReasons(items)...)
	return verdict
}

// judgeWorkload says what the object itself tells.
func judgeWorkload(o *object.Unstructured) Verdict {
	result, err := status.Compute(o)
	switch {
	case err != nil:
		return missing(err.Error())
	case result.Status == status.CurrentStatus:
		return ready()
	}
	reasons := []string{counts(o)}
	if reasons[0] == "" {
		reasons = []string{result.Message}
	}
	for _, kind := range []string{"ReplicaFailure", "Progressing"} {
		if text, ok := trouble(o, kind); ok {
			reasons = append(reasons, text)
		}
	}
	return missing(reasons...)
}

// counts is the first thing an operator wants to know.
func counts(o *object.Unstructured) string {
	number := func(path ...string) (int64, bool) {
		value, found, _ := unstructured.NestedInt64(o.Object, path...)
		return value, found
	}
	generation, _ := number("status", "observedGeneration")
	if generation < o.GetGeneration() {
		return "the controller has not seen the change yet"
	}
	wanted, available, updated := int64(1), "availableReplicas", "updatedReplicas"
	if o.GetKind() == "DaemonSet" {
		wanted, _ = number("status", "desiredNumberScheduled")
		available, updated = "numberAvailable", "updatedNumberScheduled"
	} else if replicas, found := number("spec", "replicas"); found {
		wanted = replicas
	}
	total, _ := number("status", "replicas")
	if done, _ := number("status", updated); done < wanted {
		return fmt.Sprintf("%d of %d replicas updated", done, wanted)
	} else if total > done {
		return fmt.Sprintf("%d old replicas have not ended yet", total-done)
	}
	if done, _ := number("status", available); done < wanted {
		return fmt.Sprintf("%d of %d replicas available", done, wanted)
	}
	return ""
}

// trouble answers what a condition says, where it says that something is wrong.
func trouble(o *object.Unstructured, kind string) (string, bool) {
	wrong := map[string]string{"ReplicaFailure": "True", "Progressing": "False"}[kind]
	conditions, _, _ := unstructured.NestedSlice(o.Object, "status", "conditions")
	for _, entry := range conditions {
		condition, _ := entry.(map[string]any)
		if condition["type"] == kind && condition["status"] == wrong {
			return fmt.Sprintf("%v: %v", condition["reason"], condition["message"]), true
		}
	}
	return "", false
}

func selectorOf(o *object.Unstructured) string {
	raw, _, _ := unstructured.NestedMap(o.Object, "spec", "selector")
	var selector metav1.LabelSelector
	if runtime.DefaultUnstructuredConverter.FromUnstructured(raw, &selector) != nil {
		return ""
	}
	return metav1.FormatLabelSelector(&selector)
}

func replicationController(_ Waiter, _ context.Context, o *object.Unstructured) Verdict {
	wanted, _, _ := unstructured.NestedInt64(o.Object, "spec", "replicas")
	available, _, _ := unstructured.NestedInt64(o.Object, "status", "availableReplicas")
	if available < wanted {
		return missing(fmt.Sprintf("%d of %d replicas available", available, wanted))
	}
	return ready()
}
