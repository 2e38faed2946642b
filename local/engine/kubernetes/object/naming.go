package object

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// AssignName gives an object of a new resource a name where the program gave none: the logical name, a dash and eight
// hexadecimal digits, or what the engine's own naming proposes. The annotation tells later calls that the name is ours.
func AssignName(
	object *Unstructured, name string, seed []byte, options *pulumirpc.CheckRequest_AutonamingOptions,
) error {
	if isGiven(object, "name") || isGiven(object, "generateName") {
		return nil
	}
	if options != nil && options.Mode == pulumirpc.CheckRequest_AutonamingOptions_DISABLE {
		return errors.New("autonaming is disabled, so the `.metadata.name` field must be set")
	}
	given := ""
	if options != nil {
		given = options.ProposedName
	}
	if given == "" {
		var err error
		if given, err = resource.NewUniqueName(seed, name+"-", 0, 0, nil); err != nil {
			return err
		}
	}
	SetMetadata(object, "name", given)
	annotate(object, Autonamed, "true")
	return nil
}

// AdoptName keeps the name a resource was once given, as long as the program gives none.
func AdoptName(object, old *Unstructured) {
	if !isGiven(object, "name") && IsAutonamed(old) {
		SetMetadata(object, "name", old.GetName())
		annotate(object, Autonamed, "true")
	}
}

// IsAutonamed says whether the name of the object is ours.
func IsAutonamed(object *Unstructured) bool { return Annotation(object, Autonamed) == "true" }

// ID is the id of a resource: the name, with the namespace before it where there is one.
func ID(object *Unstructured) string {
	if namespace := object.GetNamespace(); namespace != "" {
		return namespace + "/" + object.GetName()
	}
	return object.GetName()
}

// ParseID takes an id apart.
func ParseID(id string) (namespace, name string, err error) {
	parts := strings.Split(id, "/")
	switch {
	case len(parts) == 1 && parts[0] != "":
		return "", parts[0], nil
	case len(parts) == 2 && parts[0] != "" && parts[1] != "":
		return parts[0], parts[1], nil
	}
	return "", "", fmt.Errorf("the id %q is neither \"name\" nor \"namespace/name\"", id)
}

// isGiven counts an unknown value as given: the program will say.
func isGiven(object *Unstructured, field string) bool {
	value := Metadata(object, field)
	return value != nil && value != ""
}
