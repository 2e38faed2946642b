package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"estate/local/engine/kubernetes/object"
)

// Write says how to write: under which name, whether over others' fields, and whether only to see what would happen.
type Write struct {
	Manager string
	Force   bool
	DryRun  bool
}

func (w Write) dryRun() []string {
	if w.DryRun {
		return []string{metav1.DryRunAll}
	}
	return nil
}

// strict: what the server does not know, or is told twice, is an error. Otherwise it would be dropped in silence, and the
// object would be without what was asked for.
const strict = metav1.FieldValidationStrict

// Create makes a new object and fails where there is one.
func Create(
	ctx context.Context, client dynamic.ResourceInterface, o *object.Unstructured, write Write,
) (*object.Unstructured, error) {
	return client.Create(ctx, o, metav1.CreateOptions{
		FieldManager: write.Manager, DryRun: write.dryRun(), FieldValidation: strict,
	})
}

// Replace puts a whole object in the place of the live one: how definitions of kinds are updated.
func Replace(
	ctx context.Context, client dynamic.ResourceInterface, o, live *object.Unstructured, write Write,
) (*object.Unstructured, error) {
	next := o.DeepCopy()
	next.SetResourceVersion(live.GetResourceVersion())
	return client.Update(ctx, next, metav1.UpdateOptions{
		FieldManager: write.Manager, DryRun: write.dryRun(), FieldValidation: strict,
	})
}

// Apply is server-side apply: the fields of the object become ours, and those that were ours and are not in it go.
func Apply(
	ctx context.Context, client dynamic.ResourceInterface, o *object.Unstructured, write Write,
) (*object.Unstructured, error) {
	body, err := json.Marshal(o.Object)
	if err != nil {
		return nil, err
	}
	applied, err := client.Patch(ctx, o.GetName(), types.ApplyPatchType, body, metav1.PatchOptions{
		FieldManager:    write.Manager,
		Force:           &write.Force,
		DryRun:          write.dryRun(),
		FieldValidation: strict,
	})
	return applied, explainConflict(err, write.Manager)
}

// IsUnknownField says whether the server refused an object for a field that it does not know, or was told twice. Its
// answer has no reason of its own for that, but these words.
func IsUnknownField(err error) bool {
	return apierrors.IsBadRequest(err) && strings.Contains(err.Error(), "strict decoding error")
}

const conflictHelp = "https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/" +
	"managing-resources-with-server-side-apply/#handle-field-conflicts-on-existing-resources"

func explainConflict(err error, manager string) error {
	if !apierrors.IsConflict(err) {
		return err
	}
	return errors.Join(
		fmt.Errorf("Server-Side Apply field conflict detected. See %s for troubleshooting help.", conflictHelp),
		fmt.Errorf("The resource managed by field manager %q had an apply conflict: %w", manager, err),
		fmt.Errorf("Leave the fields to their manager, or set the annotation %q: \"true\" to take them over",
			object.PatchForce),
	)
}

// Relinquish gives up every field a manager has in an object: what nobody else manages goes back to its default.
func Relinquish(ctx context.Context, client dynamic.ResourceInterface, o *object.Unstructured, manager string) error {
	bare := &object.Unstructured{Object: map[string]any{}}
	bare.SetGroupVersionKind(o.GroupVersionKind())
	bare.SetNamespace(o.GetNamespace())
	bare.SetName(o.GetName())
	body, err := json.Marshal(bare.Object)
	if err != nil {
		return err
	}
	_, err = client.Patch(ctx, o.GetName(), types.ApplyPatchType, body, metav1.PatchOptions{FieldManager: manager})
	return err
}
