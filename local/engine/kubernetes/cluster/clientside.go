package cluster

import (
	"context"
	"encoding/json"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/jsonmergepatch"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes/scheme"

	"estate/local/engine/kubernetes/object"
)

// Patch updates an object the old way, for providers with enableServerSideApply set to false: by what changed from the
// old inputs to the new ones.
func Patch(
	ctx context.Context, client dynamic.ResourceInterface, old, o, live *object.Unstructured, write Write,
) (*object.Unstructured, error) {
	kind, patch, err := threeWay(old, o, live)
	if err != nil {
		return nil, err
	}
	return client.Patch(ctx, live.GetName(), kind, patch, metav1.PatchOptions{
		FieldManager:    write.Manager,
		DryRun:          write.dryRun(),
		FieldValidation: strict,
	})
}

func threeWay(old, o, live *object.Unstructured) (types.PatchType, []byte, error) {
	var texts [3][]byte
	for i, version := range []*object.Unstructured{old, o, live} {
		text, err := json.Marshal(version.Object)
		if err != nil {
			return "", nil, err
		}
		texts[i] = text
	}
	typed, err := scheme.Scheme.New(o.GroupVersionKind())
	if err != nil { // a custom resource: lists have no keys
		patch, err := jsonmergepatch.CreateThreeWayJSONMergePatch(texts[0], texts[1], texts[2])
		return types.MergePatchType, patch, err
	}
	lookup, err := strategicpatch.NewPatchMetaFromStruct(typed)
	if err != nil {
		return "", nil, err
	}
	patch, err := strategicpatch.CreateThreeWayMergePatch(texts[0], texts[1], texts[2], lookup, true)
	return types.StrategicMergePatchType, patch, err
}
