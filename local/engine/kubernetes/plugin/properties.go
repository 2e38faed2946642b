package plugin

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"google.golang.org/protobuf/types/known/structpb"

	"estate/local/engine/kubernetes/object"
)

func decode(properties *structpb.Struct) (resource.PropertyMap, error) {
	return plugin.UnmarshalProperties(properties, plugin.MarshalOptions{
		KeepUnknowns: true, SkipNulls: true, KeepSecrets: true,
	})
}

func (p *Provider) encode(properties resource.PropertyMap) (*structpb.Struct, error) {
	return plugin.MarshalProperties(properties, plugin.MarshalOptions{
		KeepUnknowns: true, SkipNulls: true, KeepSecrets: p.secrets,
	})
}

// decodeInputs reads what the program asks for. Kind and version come from the type where the program left them out.
func decodeInputs(properties *structpb.Struct, token string) (*object.Unstructured, resource.PropertyMap, error) {
	asked, err := decode(properties)
	if err != nil {
		return nil, nil, err
	}
	inputs := object.FromProperties(asked)
	if inputs.Object["kind"] == nil || inputs.Object["apiVersion"] == nil {
		gvk, err := object.KindOfToken(token)
		if err != nil {
			return nil, nil, err
		}
		if object.IsPatch(token, inputs.GetKind()) {
			gvk = object.WithoutPatch(gvk)
		}
		inputs.SetGroupVersionKind(gvk)
	}
	return inputs, asked, nil
}

// managerOf is the name under which a resource's fields are managed: the program's word, else that of its state, else
// a new one of its own.
func (p *Provider) managerOf(state resource.PropertyMap, inputs *object.Unstructured) (string, error) {
	if !p.config.serverSideApply {
		return "pulumi-kubernetes", nil
	}
	if name := object.Annotation(inputs, object.PatchFieldManager); name != "" {
		return name, nil
	}
	if name, ok := state[object.FieldManagerKey]; ok && name.IsString() {
		return name.StringValue(), nil
	}
	return resource.NewUniqueName(nil, "pulumi-kubernetes-", 0, 0, nil)
}

// isNamespaced asks the server where it can be asked.
func (p *Provider) isNamespaced(o *object.Unstructured) (bool, error) {
	gvk := o.GroupVersionKind()
	if p.cluster == nil || object.IsKnown(o) && !p.cluster.Has(gvk) {
		return object.IsNamespaced(gvk), nil
	}
	return p.cluster.Namespaced(gvk)
}
