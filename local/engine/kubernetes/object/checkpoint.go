package object

import "github.com/pulumi/pulumi/sdk/v3/go/common/resource"

// Checkpoint is the state of a resource: the live object, and beside it what the program asked for, the API version it
// was created with, and the name under which its fields are managed.
func Checkpoint(
	inputs, live *Unstructured, secrets resource.PropertyMap, initialAPIVersion, fieldManager string,
) resource.PropertyMap {
	state, asked := ToProperties(live.Object), ToProperties(inputs.Object)
	MarkSecrets(state, secrets)
	MarkSecrets(asked, secrets)
	state[inputsKey] = resource.NewObjectProperty(asked)
	state[InitialAPIVersionKey] = resource.NewStringProperty(initialAPIVersion)
	state[FieldManagerKey] = resource.NewStringProperty(fieldManager)
	return state
}

// ParseCheckpoint takes a state apart.
func ParseCheckpoint(state resource.PropertyMap) (inputs, live *Unstructured) {
	live = FromProperties(state)
	asked, _ := live.Object[inputsKey].(map[string]any)
	if asked == nil {
		asked = map[string]any{}
	}
	for _, key := range []string{inputsKey, InitialAPIVersionKey, FieldManagerKey} {
		delete(live.Object, key)
	}
	return &Unstructured{Object: asked}, live
}

// InitialAPIVersion is kept from the first creation on.
func InitialAPIVersion(state resource.PropertyMap, inputs *Unstructured) string {
	if version, ok := state[InitialAPIVersionKey]; ok && version.IsString() {
		return version.StringValue()
	}
	return inputs.GetAPIVersion()
}

// MarkSecrets makes secret in `target` what is secret in `source`, and `data` and `stringData` of every Secret. A list
// with one secret in it becomes secret as a whole, because the order of a list may change.
func MarkSecrets(target, source resource.PropertyMap) {
	if kind, ok := target["kind"]; ok && kind.IsString() && kind.StringValue() == "Secret" {
		for _, key := range []resource.PropertyKey{"data", "stringData"} {
			if value, ok := target[key]; ok && !value.IsSecret() {
				target[key] = resource.MakeSecret(value)
			}
		}
		return
	}
	for key, from := range source {
		value, ok := target[key]
		switch {
		case !ok || value.IsSecret():
		case value.IsObject() && from.IsObject():
			MarkSecrets(value.ObjectValue(), from.ObjectValue())
		case from.ContainsSecrets():
			target[key] = resource.MakeSecret(value)
		}
	}
}
