package object

import (
	"reflect"

	"k8s.io/apimachinery/pkg/runtime"
)

// Prune leaves of `full` only the fields that `shape` has: of a live object what the program once asked for.
func Prune(full, shape *Unstructured) *Unstructured {
	return &Unstructured{Object: pruneMap(full.Object, shape.Object)}
}

func pruneMap(full, shape map[string]any) map[string]any {
	result := map[string]any{}
	for key, wanted := range shape {
		if value, ok := full[key]; ok {
			result[key] = pruneValue(value, wanted)
		}
	}
	return result
}

func pruneValue(value, shape any) any {
	switch wanted := shape.(type) {
	case map[string]any:
		if members, ok := value.(map[string]any); ok {
			return pruneMap(members, wanted)
		}
	case []any:
		if elements, ok := value.([]any); ok {
			return pruneList(elements, wanted)
		}
	}
	return runtime.DeepCopyJSONValue(value)
}

// pruneList goes by position. Elements beyond those of the shape are the server's, and are left out.
func pruneList(full, shape []any) []any {
	result := make([]any, 0, len(shape))
	if len(full) == 0 || len(shape) == 0 {
		return result
	}
	if reflect.TypeOf(full[0]) != reflect.TypeOf(shape[0]) {
		return runtime.DeepCopyJSONValue(full).([]any)
	}
	for i := range min(len(full), len(shape)) {
		result = append(result, pruneValue(full[i], shape[i]))
	}
	return result
}
