// Package shape describes what a property holds, so that the Terraform provider's word for it can be compared with the
// SDK's.
package shape

import "sort"

// Shape is one property: a string, number, boolean or any; an array or a map of an element; an object with fields.
type Shape struct {
	Kind       string
	Elem       *Shape
	Fields     map[string]*Shape
	Deprecated bool
}

// Equal says whether two shapes hold the same, and if not, at which path they differ first.
func Equal(a, b *Shape) (bool, string) {
	switch {
	case a == nil || b == nil:
		return a == b, ""
	case a.Kind != b.Kind:
		return false, ": " + a.Kind + " here, " + b.Kind + " there"
	case a.Kind == "object":
		return equalFields(a.Fields, b.Fields)
	}
	return Equal(a.Elem, b.Elem)
}

func equalFields(a, b map[string]*Shape) (bool, string) {
	for _, name := range names(a, b) {
		if a[name] == nil {
			return false, "." + name + ": missing here"
		}
		if b[name] == nil {
			return false, "." + name + ": missing there"
		}
		if same, where := Equal(a[name], b[name]); !same {
			return false, "." + name + where
		}
	}
	return true, ""
}

func names(maps ...map[string]*Shape) []string {
	seen := map[string]bool{}
	var all []string
	for _, one := range maps {
		for name := range one {
			if !seen[name] {
				seen[name] = true
				all = append(all, name)
			}
		}
	}
	sort.Strings(all)
	return all
}
