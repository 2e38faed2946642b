// Package object is the pure part of the kubernetes plugin: how objects of Kubernetes become properties of Pulumi and
// back, how two of them differ, and what a difference means. The shapes are those of the official plugin, v4.
package object

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Unstructured is what the Kubernetes libraries call an object of any kind.
type Unstructured = unstructured.Unstructured

// The keys of a resource's state beside the live object.
const (
	inputsKey            = "__inputs"
	InitialAPIVersionKey = "__initialApiVersion"
	FieldManagerKey      = "__fieldManager"
)

// toDash names the fields of CustomResourceDefinitions that cannot be property names of the typed SDKs.
var toDash = map[string]string{
	"x_kubernetes_embedded_resource":       "x-kubernetes-embedded-resource",
	"x_kubernetes_int_or_string":           "x-kubernetes-int-or-string",
	"x_kubernetes_list_map_keys":           "x-kubernetes-list-map-keys",
	"x_kubernetes_list_type":               "x-kubernetes-list-type",
	"x_kubernetes_map_type":                "x-kubernetes-map-type",
	"x_kubernetes_preserve_unknown_fields": "x-kubernetes-preserve-unknown-fields",
	"x_kubernetes_validations":             "x-kubernetes-validations",
}

var fromDash = func() map[string]resource.PropertyKey {
	inverse := map[string]resource.PropertyKey{}
	for property, field := range toDash {
		inverse[field] = resource.PropertyKey(property)
	}
	return inverse
}()

// FromProperties makes an object of properties. Secrets become plain; what is unknown stays a resource.Computed.
func FromProperties(properties resource.PropertyMap) *Unstructured {
	field := func(property string) (string, bool) {
		name, ok := toDash[property]
		return name, ok
	}
	return &Unstructured{Object: properties.MapRepl(field, withoutSecret)}
}

func withoutSecret(value resource.PropertyValue) (any, bool) {
	if !value.IsSecret() {
		return nil, false
	}
	return value.SecretValue().Element.MapRepl(func(property string) (string, bool) {
		name, ok := toDash[property]
		return name, ok
	}, withoutSecret), true
}

// ToProperties makes properties of an object.
func ToProperties(object map[string]any) resource.PropertyMap {
	property := func(field string) (resource.PropertyKey, bool) {
		name, ok := fromDash[field]
		return name, ok
	}
	return resource.NewPropertyMapFromMapRepl(object, property, nil)
}

// HasUnknown says whether any value of the object is known only later.
func HasUnknown(value any) bool {
	switch value := value.(type) {
	case resource.Computed, resource.Output:
		return true
	case *Unstructured:
		return value != nil && HasUnknown(value.Object)
	case map[string]any:
		for _, member := range value {
			if HasUnknown(member) {
				return true
			}
		}
	case []any:
		for _, element := range value {
			if HasUnknown(element) {
				return true
			}
		}
	}
	return false
}

// Metadata answers one field of the metadata, nil where it or the metadata is missing or unknown.
func Metadata(object *Unstructured, field string) any {
	metadata, _ := object.Object["metadata"].(map[string]any)
	return metadata[field]
}

// SetMetadata sets one field of the metadata, unless the metadata as a whole is unknown.
func SetMetadata(object *Unstructured, field string, value any) {
	switch metadata := object.Object["metadata"].(type) {
	case map[string]any:
		metadata[field] = value
	case nil:
		object.Object["metadata"] = map[string]any{field: value}
	}
}

// RemoveMetadata removes one field of the metadata.
func RemoveMetadata(object *Unstructured, field string) {
	if metadata, ok := object.Object["metadata"].(map[string]any); ok {
		delete(metadata, field)
	}
}
