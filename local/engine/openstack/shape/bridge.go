package shape

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
)

// OfBridge is the shape that the bridge gives the properties of a resource, by their Pulumi names, with the overrides.
func OfBridge(schema shim.SchemaMap, overrides map[string]*tfbridge.SchemaInfo) *Shape {
	fields := map[string]*Shape{}
	schema.Range(func(name string, property shim.Schema) bool {
		if property.Removed() == "" {
			pulumi := tfbridge.TerraformToPulumiNameV2(name, schema, overrides)
			fields[pulumi] = ofProperty(property, overrides[name])
			fields[pulumi].Deprecated = property.Deprecated() != ""
		}
		return true
	})
	return &Shape{Kind: "object", Fields: fields}
}

func ofProperty(property shim.Schema, override *tfbridge.SchemaInfo) *Shape {
	switch property.Type() {
	case shim.TypeBool:
		return &Shape{Kind: "boolean"}
	case shim.TypeInt, shim.TypeFloat:
		return &Shape{Kind: "number"}
	case shim.TypeString:
		return &Shape{Kind: "string"}
	case shim.TypeMap:
		return &Shape{Kind: "map", Elem: ofElement(property, override)}
	case shim.TypeList, shim.TypeSet:
		element := ofElement(property, override)
		if tfbridge.IsMaxItemsOne(property, override) {
			return element
		}
		return &Shape{Kind: "array", Elem: element}
	}
	return &Shape{Kind: "any"}
}

func ofElement(property shim.Schema, override *tfbridge.SchemaInfo) *Shape {
	var inner *tfbridge.SchemaInfo
	if override != nil {
		inner = override.Elem
	}
	switch element := property.Elem().(type) {
	case shim.Resource:
		if inner == nil {
			inner = &tfbridge.SchemaInfo{}
		}
		return OfBridge(element.Schema(), inner.Fields)
	case shim.Schema:
		return ofProperty(element, inner)
	}
	return &Shape{Kind: "any"}
}
