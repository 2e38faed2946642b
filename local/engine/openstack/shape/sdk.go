package shape

import (
	"strings"

	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// OfSDK is the shape of an object in the package's schema, which was rebuilt from the SDK's typings.
func OfSDK(properties map[string]schema.PropertySpec, types map[string]schema.ComplexTypeSpec) *Shape {
	fields := map[string]*Shape{}
	for name, property := range properties {
		fields[name] = ofType(property.TypeSpec, types)
		fields[name].Deprecated = property.DeprecationMessage != ""
	}
	return &Shape{Kind: "object", Fields: fields}
}

func ofType(spec schema.TypeSpec, types map[string]schema.ComplexTypeSpec) *Shape {
	if named, ok := strings.CutPrefix(spec.Ref, "#/types/"); ok {
		return OfSDK(types[named].Properties, types)
	}
	switch {
	case spec.Ref != "":
		return &Shape{Kind: "any"}
	case spec.Type == "array":
		return &Shape{Kind: "array", Elem: ofType(*spec.Items, types)}
	case spec.Type == "object":
		return &Shape{Kind: "map", Elem: ofType(*spec.AdditionalProperties, types)}
	}
	return &Shape{Kind: spec.Type}
}
