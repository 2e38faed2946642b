package cluster

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"estate/local/engine/kubernetes/object"
)

// Leave changes what will be applied so that ignored fields stay as they are on the server: a field only others manage
// is not sent, one of ours is sent with its live value (left out, it would be unset). Paths through lists are taken as
// the program has them.
func Leave(o, live *object.Unstructured, manager string, ignoreChanges []string) error {
	ours, theirs, err := owners(live, manager)
	if err != nil {
		return err
	}
	for _, ignored := range ignoreChanges {
		path, err := resource.ParsePropertyPath(ignored)
		if err != nil {
			return err
		}
		names, plain := namesOf(path)
		if !plain {
			continue
		}
		field, err := fieldpath.MakePath(anySlice(names)...)
		if err != nil {
			return err
		}
		if theirs.Has(field) && !ours.Has(field) {
			unstructured.RemoveNestedField(o.Object, names...)
			continue
		}
		value, found, err := unstructured.NestedFieldCopy(live.Object, names...)
		if err != nil {
			return err
		}
		if found {
			if err := unstructured.SetNestedField(o.Object, value, names...); err != nil {
				return err
			}
		}
	}
	return nil
}

// owners splits the managed fields, with the parents of each.
func owners(live *object.Unstructured, manager string) (ours, theirs *fieldpath.Set, err error) {
	ours, theirs = fieldpath.NewSet(), fieldpath.NewSet()
	for _, entry := range live.GetManagedFields() {
		fields, err := fieldsOf(entry)
		if err != nil {
			return nil, nil, err
		}
		owner := theirs
		if entry.Manager == manager {
			owner = ours
		}
		fields.Iterate(func(path fieldpath.Path) {
			for i := range path {
				owner.Insert(path[:i+1].Copy())
			}
		})
	}
	return ours, theirs, nil
}

func namesOf(path resource.PropertyPath) ([]string, bool) {
	names := make([]string, len(path))
	for i, step := range path {
		name, ok := step.(string)
		if !ok || name == "*" {
			return nil, false
		}
		names[i] = name
	}
	return names, true
}

func anySlice(names []string) []any {
	values := make([]any, len(names))
	for i, name := range names {
		values[i] = name
	}
	return values
}
