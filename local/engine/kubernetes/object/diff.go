package object

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Path leads to a field: strings are names, integers positions.
type Path []any

// String writes a path as the engine reads it: `spec.template.metadata.labels["app.kubernetes.io/name"]`.
func (p Path) String() string {
	text := ""
	for _, step := range p {
		switch step := step.(type) {
		case int:
			text += "[" + strconv.Itoa(step) + "]"
		case string:
			switch {
			case strings.ContainsAny(step, `."[]`):
				text += `["` + strings.ReplaceAll(step, `"`, `\"`) + `"]`
			case text != "":
				text += "." + step
			default:
				text = step
			}
		}
	}
	return text
}

func (p Path) with(step any) Path { return append(slices.Clone(p), step) }

// Difference is one field in which two objects differ, at the highest path where they do.
type Difference struct {
	Path Path
	Kind pulumirpc.PropertyDiff_Kind
	// New is what the field will be; nil where it goes.
	New any
}

// Compare lists the differences from `old`, the live object pruned to what was asked for, to `new`, what is asked for
// now. Lists are compared by position; an unknown value differs from every other.
func Compare(old, new map[string]any) []Difference {
	var found []Difference
	compareMaps(nil, old, new, &found)
	return found
}

func compareMaps(path Path, old, new map[string]any, found *[]Difference) {
	for key := range keysOf(old, new) {
		before, after := old[key], new[key]
		compareValues(path.with(key), before, before != nil, after, after != nil, found)
	}
}

func compareLists(path Path, old, new []any, found *[]Difference) {
	for i := range max(len(old), len(new)) {
		var before, after any
		if i < len(old) {
			before = old[i]
		}
		if i < len(new) {
			after = new[i]
		}
		compareValues(path.with(i), before, i < len(old), after, i < len(new), found)
	}
}

func compareValues(path Path, old any, hadOld bool, new any, hasNew bool, found *[]Difference) {
	note := func(kind pulumirpc.PropertyDiff_Kind) {
		*found = append(*found, Difference{path, kind, new})
	}
	switch {
	case !hadOld && !hasNew:
	case !hasNew:
		note(pulumirpc.PropertyDiff_DELETE)
	case !hadOld:
		note(pulumirpc.PropertyDiff_ADD)
	default:
		compareBoth(path, old, new, found, note)
	}
}

func compareBoth(path Path, old, new any, found *[]Difference, note func(pulumirpc.PropertyDiff_Kind)) {
	switch after := new.(type) {
	case map[string]any:
		if before, ok := old.(map[string]any); ok {
			compareMaps(path, before, after, found)
			return
		}
	case []any:
		if before, ok := old.([]any); ok {
			compareLists(path, before, after, found)
			return
		}
	case resource.Computed, resource.Output:
	default:
		if equalScalars(old, new) {
			return
		}
	}
	note(pulumirpc.PropertyDiff_UPDATE)
}

// equalScalars compares numbers by value: the server answers integers, the engine sends floats.
func equalScalars(a, b any) bool {
	if reflect.DeepEqual(a, b) {
		return true
	}
	x, isNumber := number(a)
	y, both := number(b)
	return isNumber && both && x == y
}

func number(value any) (float64, bool) {
	switch value := value.(type) {
	case int64:
		return float64(value), true
	case int:
		return float64(value), true
	case float64:
		return value, true
	}
	return 0, false
}

func keysOf(maps ...map[string]any) map[string]struct{} {
	keys := map[string]struct{}{}
	for _, m := range maps {
		for key := range m {
			keys[key] = struct{}{}
		}
	}
	return keys
}

// Detailed turns differences into the answer of a Diff call. Those that force a replacement are marked, and their paths
// listed in a stable order. Paths under `ignored` are left out.
func Detailed(
	differences []Difference, immutable []string, ignored []resource.PropertyPath,
) (map[string]*pulumirpc.PropertyDiff, []string) {
	detailed := map[string]*pulumirpc.PropertyDiff{}
	var replaces []string
	for _, difference := range differences {
		name := difference.Path.String()
		if isIgnored(name, ignored) {
			continue
		}
		forced := forces(difference, immutable)
		detailed[name] = &pulumirpc.PropertyDiff{
			Kind:      kindOf(difference.Kind, forced),
			InputDiff: difference.Kind == pulumirpc.PropertyDiff_DELETE,
		}
		// without metadata the object would lose its name
		if forced || name == "metadata" && difference.Kind == pulumirpc.PropertyDiff_DELETE {
			replaces = append(replaces, name)
		}
	}
	slices.Sort(replaces)
	return detailed, replaces
}

func isIgnored(name string, ignored []resource.PropertyPath) bool {
	path, err := resource.ParsePropertyPath(name)
	return err == nil && slices.ContainsFunc(ignored, func(parent resource.PropertyPath) bool {
		return parent.Contains(path)
	})
}

func kindOf(kind pulumirpc.PropertyDiff_Kind, replaces bool) pulumirpc.PropertyDiff_Kind {
	if !replaces {
		return kind
	}
	switch kind {
	case pulumirpc.PropertyDiff_ADD:
		return pulumirpc.PropertyDiff_ADD_REPLACE
	case pulumirpc.PropertyDiff_DELETE:
		return pulumirpc.PropertyDiff_DELETE_REPLACE
	default:
		return pulumirpc.PropertyDiff_UPDATE_REPLACE
	}
}
