package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"estate/local/engine/kubernetes/object"
)

// Managers whose fields an update takes over, because they are this plugin's own creation (a create is no apply, so
// its fields are kept under another operation) or kubectl's. The names are beginnings.
var (
	updaters = []string{"kubectl", "before-first-apply", "pulumi-kubernetes", "pulumi-resource-kubernetes"}
	appliers = []string{"kubectl"}
)

func isTaken(entry metav1.ManagedFieldsEntry, manager string) bool {
	if entry.Subresource != "" {
		return false
	}
	names := appliers
	if entry.Operation == metav1.ManagedFieldsOperationUpdate {
		if entry.Manager == manager {
			return true
		}
		names = updaters
	}
	for _, name := range names {
		if strings.HasPrefix(entry.Manager, name) {
			return true
		}
	}
	return false
}

// WouldTakeOver says whether TakeOver has something to do. A dry run cannot do it, so it is forced instead.
func WouldTakeOver(live *object.Unstructured, manager string) bool {
	for _, entry := range live.GetManagedFields() {
		if isTaken(entry, manager) {
			return true
		}
	}
	return false
}

// TakeOver makes the manager the one that applied what the named managers wrote, so that a following apply neither
// conflicts with them nor leaves fields behind that are no longer asked for.
func TakeOver(
	ctx context.Context, client dynamic.ResourceInterface, live *object.Unstructured, manager string,
) (*object.Unstructured, error) {
	entries, err := takenOver(live.GetManagedFields(), manager, live.GetAPIVersion())
	if err != nil || entries == nil {
		return live, err
	}
	patch, err := json.Marshal([]map[string]any{
		{"op": "replace", "path": "/metadata/managedFields", "value": entries},
		{"op": "replace", "path": "/metadata/resourceVersion", "value": live.GetResourceVersion()},
	})
	if err != nil {
		return nil, err
	}
	return client.Patch(ctx, live.GetName(), types.JSONPatchType, patch, metav1.PatchOptions{})
}

// takenOver answers the new list of managers, nil where nothing changes.
func takenOver(
	entries []metav1.ManagedFieldsEntry, manager, apiVersion string,
) ([]metav1.ManagedFieldsEntry, error) {
	union, taken := fieldpath.NewSet(), false
	var kept []metav1.ManagedFieldsEntry
	for _, entry := range entries {
		own := entry.Manager == manager && entry.Operation == metav1.ManagedFieldsOperationApply && entry.Subresource == ""
		if !own && !isTaken(entry, manager) {
			kept = append(kept, entry)
			continue
		}
		taken = taken || !own
		fields, err := fieldsOf(entry)
		if err != nil {
			return nil, err
		}
		union = union.Union(fields)
	}
	if !taken {
		return nil, nil
	}
	raw, err := union.ToJSON()
	if err != nil {
		return nil, err
	}
	return append(kept, metav1.ManagedFieldsEntry{
		Manager:    manager,
		Operation:  metav1.ManagedFieldsOperationApply,
		APIVersion: apiVersion,
		FieldsType: "FieldsV1",
		FieldsV1:   &metav1.FieldsV1{Raw: raw},
	}), nil
}

func fieldsOf(entry metav1.ManagedFieldsEntry) (*fieldpath.Set, error) {
	set := fieldpath.NewSet()
	if entry.FieldsV1 == nil {
		return set, nil
	}
	return set, set.FromJSON(bytes.NewReader(entry.FieldsV1.Raw))
}
