package object

import (
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// The annotations with which a program speaks to the plugin.
const (
	Autonamed           = "pulumi.com/autonamed"
	SkipAwait           = "pulumi.com/skipAwait"
	WaitFor             = "pulumi.com/waitFor"
	TimeoutSeconds      = "pulumi.com/timeoutSeconds"
	ReplaceUnready      = "pulumi.com/replaceUnready"
	PatchForce          = "pulumi.com/patchForce"
	PatchFieldManager   = "pulumi.com/patchFieldManager"
	DeletionPropagation = "pulumi.com/deletionPropagationPolicy"
)

// Annotation answers an annotation, empty where it is missing or unknown.
func Annotation(object *Unstructured, name string) string {
	annotations, _ := Metadata(object, "annotations").(map[string]any)
	value, _ := annotations[name].(string)
	return value
}

func annotate(object *Unstructured, name, value string) {
	switch annotations := Metadata(object, "annotations").(type) {
	case map[string]any:
		annotations[name] = value
	case nil:
		SetMetadata(object, "annotations", map[string]any{name: value})
	}
}

// Timeout is how long to wait for an object: the resource's customTimeouts, else its annotation, else the default.
func Timeout(customSeconds float64, inputs *Unstructured, otherwise time.Duration) time.Duration {
	if customSeconds > 0 {
		return time.Duration(customSeconds * float64(time.Second))
	}
	if seconds, err := strconv.Atoi(Annotation(inputs, TimeoutSeconds)); err == nil {
		return time.Duration(seconds) * time.Second
	}
	return otherwise
}

// Propagation is what becomes of an object's dependents when it is deleted.
func Propagation(inputs *Unstructured) metav1.DeletionPropagation {
	switch strings.ToLower(Annotation(inputs, DeletionPropagation)) {
	case "orphan":
		return metav1.DeletePropagationOrphan
	case "background":
		return metav1.DeletePropagationBackground
	}
	return metav1.DeletePropagationForeground
}

// SkipsDeletion says whether skipAwait also ends the wait for the deletion: only for the kinds for which the official
// plugin has always done so.
func SkipsDeletion(inputs *Unstructured) bool {
	if Annotation(inputs, SkipAwait) != "true" {
		return false
	}
	switch inputs.GroupVersionKind().GroupKind() {
	case schema.GroupKind{Kind: "Namespace"}, schema.GroupKind{Kind: "Pod"},
		schema.GroupKind{Kind: "ReplicationController"}, schema.GroupKind{Group: "batch", Kind: "Job"},
		schema.GroupKind{Group: "apps", Kind: "DaemonSet"}, schema.GroupKind{Group: "apps", Kind: "Deployment"},
		schema.GroupKind{Group: "apps", Kind: "StatefulSet"}:
		return true
	}
	return false
}

// Label sets a label, unless the labels are unknown as a whole.
func Label(object *Unstructured, name, value string) {
	switch labels := Metadata(object, "labels").(type) {
	case map[string]any:
		labels[name] = value
	case nil:
		SetMetadata(object, "labels", map[string]any{name: value})
	}
}
