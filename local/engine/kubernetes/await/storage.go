package await

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"estate/local/engine/kubernetes/object"
)

var storageClasses = schema.GroupVersionResource{Group: "storage.k8s.io", Version: "v1", Resource: "storageclasses"}

func phaseOf(o *object.Unstructured) string {
	phase, _, _ := unstructured.NestedString(o.Object, "status", "phase")
	return phase
}

// persistentVolumeClaim waits until the claim is bound, unless its class waits for a pod that uses it.
func persistentVolumeClaim(w Waiter, ctx context.Context, o *object.Unstructured) Verdict {
	phase := phaseOf(o)
	if phase == "Bound" {
		return ready()
	}
	class, _, _ := unstructured.NestedString(o.Object, "spec", "storageClassName")
	if class == "" {
		return missing(fmt.Sprintf("the claim is %s, and names no storage class", phase))
	}
	found, err := w.Cluster.Get(ctx, storageClasses, "", class)
	if err != nil {
		return missing(fmt.Sprintf("the claim is %s: %v", phase, err))
	}
	if mode, _, _ := unstructured.NestedString(found.Object, "volumeBindingMode"); mode == "WaitForFirstConsumer" {
		return ready()
	}
	return missing(fmt.Sprintf("the claim is %s, its storage class is %q", phase, class))
}

func persistentVolume(_ Waiter, _ context.Context, o *object.Unstructured) Verdict {
	if phase := phaseOf(o); phase != "Available" && phase != "Bound" {
		return missing("the volume is " + phase)
	}
	return ready()
}

// secret waits for the token of a service account, which a controller fills in.
func secret(_ Waiter, _ context.Context, o *object.Unstructured) Verdict {
	kind, _, _ := unstructured.NestedString(o.Object, "type")
	data, _, _ := unstructured.NestedMap(o.Object, "data")
	if kind == "kubernetes.io/service-account-token" && len(data) == 0 {
		return missing("the token is not there yet")
	}
	return ready()
}
