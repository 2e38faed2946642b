package cluster

import (
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"estate/local/engine/kubernetes/object"
)

func managed(manager string, operation metav1.ManagedFieldsOperationType, fields string) metav1.ManagedFieldsEntry {
	return metav1.ManagedFieldsEntry{Manager: manager, Operation: operation, FieldsV1: &metav1.FieldsV1{Raw: []byte(fields)}}
}

const (
	apply  = metav1.ManagedFieldsOperationApply
	update = metav1.ManagedFieldsOperationUpdate
)

func TestTakenOverAreCreationsAndKubectlButNotOthers(t *testing.T) {
	status := managed("pulumi-kubernetes-1", update, `{"f:status":{}}`)
	status.Subresource = "status"
	entries, err := takenOver([]metav1.ManagedFieldsEntry{
		managed("pulumi-kubernetes-1", update, `{"f:data":{"f:a":{}}}`),
		managed("kubectl-client-side-apply", update, `{"f:data":{"f:b":{}}}`),
		managed("pulumi-kubernetes-2", apply, `{"f:data":{"f:c":{}}}`),
		managed("kube-controller-manager", update, `{"f:data":{"f:other":{}}}`),
		status,
	}, "pulumi-kubernetes-1", "v1")
	if err != nil {
		t.Fatal(err)
	}
	var kept []string
	for _, entry := range entries {
		kept = append(kept, entry.Manager+" "+string(entry.Operation)+entry.Subresource)
	}
	want := []string{"pulumi-kubernetes-2 Apply", "kube-controller-manager Update", "pulumi-kubernetes-1 Updatestatus",
		"pulumi-kubernetes-1 Apply"}
	if !slices.Equal(kept, want) {
		t.Errorf("got %q, want %q", kept, want)
	}
	if raw := string(entries[3].FieldsV1.Raw); !strings.Contains(raw, "f:a") || !strings.Contains(raw, "f:b") ||
		strings.Contains(raw, "f:other") {
		t.Errorf("applied fields: %s", raw)
	}
}

func TestNothingToTakeOver(t *testing.T) {
	entries, err := takenOver([]metav1.ManagedFieldsEntry{
		managed("pulumi-kubernetes-1", apply, `{"f:data":{}}`), managed("someone", update, `{"f:data":{}}`),
	}, "pulumi-kubernetes-1", "v1")
	if err != nil || entries != nil {
		t.Errorf("got %v, %v", entries, err)
	}
}

func TestIgnoredFieldsStayAsTheyAre(t *testing.T) {
	live := &object.Unstructured{Object: map[string]any{"spec": map[string]any{"replicas": int64(5), "paused": true}}}
	live.SetManagedFields([]metav1.ManagedFieldsEntry{
		managed("autoscaler", update, `{"f:spec":{"f:replicas":{}}}`), managed("us", apply, `{"f:spec":{"f:paused":{}}}`),
	})
	o := &object.Unstructured{Object: map[string]any{"spec": map[string]any{"replicas": int64(2), "paused": false}}}
	if err := Leave(o, live, "us", []string{"spec.replicas", "spec.paused", "spec.list[0].x"}); err != nil {
		t.Fatal(err)
	}
	spec := o.Object["spec"].(map[string]any)
	if _, sent := spec["replicas"]; sent || spec["paused"] != true {
		t.Errorf("got %v", spec)
	}
}
