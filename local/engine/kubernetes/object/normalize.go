package object

import (
	"encoding/base64"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
)

// readOnly are the fields of the metadata that only the server sets.
var readOnly = []string{
	"creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generation", "managedFields",
	"resourceVersion", "uid",
}

// Normalize brings two spellings of one meaning (a quantity, the text of a Secret) to the same form, so that they do
// not differ. Objects with unknown values and custom resources are only freed of read-only fields.
func Normalize(object *Unstructured) *Unstructured {
	if !HasUnknown(object) && IsKnown(object) {
		shape := object
		if IsSecret(object) {
			// a Secret's text moves to another field, so its shape changes
			shape = normalizeSecret(object)
			object = shape
		} else {
			object = canonical(object)
		}
		object = Prune(object, shape)
	}
	for _, field := range readOnly {
		RemoveMetadata(object, field)
	}
	return object
}

// IsKnown says whether the kind is one of Kubernetes itself.
func IsKnown(object *Unstructured) bool {
	return IsCRD(object) || scheme.Scheme.Recognizes(object.GroupVersionKind())
}

// IsCRD says whether the object defines a kind.
func IsCRD(object *Unstructured) bool {
	gvk := object.GroupVersionKind()
	return gvk.Group == "apiextensions.k8s.io" && gvk.Kind == "CustomResourceDefinition"
}

// IsSecret says whether the object is a Secret.
func IsSecret(object *Unstructured) bool {
	return object.GetAPIVersion() == "v1" && object.GetKind() == "Secret"
}

// canonical goes through the type of the kind and back. Where that fails, the server will say why; the object stays.
func canonical(object *Unstructured) *Unstructured {
	if IsCRD(object) {
		return normalizeCRD(object)
	}
	typed, err := scheme.Scheme.New(object.GroupVersionKind())
	if err != nil {
		return object
	}
	// a field that the type does not have is an error too: on the way back it would be gone, and nobody would be told
	if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(object.Object, typed, true); err != nil {
		return object
	}
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(typed)
	if err != nil {
		return object
	}
	return &Unstructured{Object: fields}
}

// normalizeCRD drops what the server drops: its status, and a default that is deprecated.
func normalizeCRD(object *Unstructured) *Unstructured {
	preserve, found, err := unstructured.NestedBool(object.Object, "spec", "preserveUnknownFields")
	if err == nil && found && !preserve {
		unstructured.RemoveNestedField(object.Object, "spec", "preserveUnknownFields")
	}
	delete(object.Object, "status")
	return object
}

// normalizeSecret does what the server does: stringData goes over data, and data is encoded anew.
func normalizeSecret(object *Unstructured) *Unstructured {
	data, _ := object.Object["data"].(map[string]any)
	text, _ := object.Object["stringData"].(map[string]any)
	if len(data) == 0 && len(text) == 0 {
		return object
	}
	encoded := map[string]any{}
	for name, value := range data {
		encoded[name] = value
		if value, ok := value.(string); ok {
			if bytes, err := base64.StdEncoding.DecodeString(value); err == nil {
				encoded[name] = base64.StdEncoding.EncodeToString(bytes)
			}
		}
	}
	for name, value := range text {
		if value, ok := value.(string); ok {
			encoded[name] = base64.StdEncoding.EncodeToString([]byte(value))
		}
	}
	object.Object["data"] = encoded
	delete(object.Object, "stringData")
	return object
}
