package plugin

import (
	"context"
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"estate/local/engine/kubernetes/object"
)

const managedBy = "app.kubernetes.io/managed-by"

// Check completes what the program asks for: a name, a namespace, one spelling for every value.
func (p *Provider) Check(_ context.Context, request *rpc.CheckRequest) (*rpc.CheckResponse, error) {
	urn := resource.URN(request.GetUrn())
	token := string(urn.Type())
	if err := object.Unsupported(token); err != nil {
		return nil, err
	}
	if p.cluster == nil && p.config.skipUpdateUnreachable {
		p.say(diag.Warning, urn, "Cluster is unreachable but skipUpdateUnreachable flag is set to true, skipping...")
		return &rpc.CheckResponse{Inputs: request.GetOlds()}, nil
	}
	old, err := decode(request.GetOlds())
	if err != nil {
		return nil, err
	}
	inputs, asked, err := decodeInputs(request.GetNews(), token)
	if err != nil {
		return nil, fmt.Errorf("check failed because malformed resource inputs: %w", err)
	}
	inputs = object.Normalize(inputs)
	if object.Annotation(inputs, object.Autonamed) != "" {
		p.say(diag.Warning, urn, "ignoring user-specified value for internal annotation %q", object.Autonamed)
	}
	if err := p.name(request, urn, inputs, object.FromProperties(old)); err != nil {
		return nil, err
	}
	if err := p.place(inputs); err != nil {
		return nil, err
	}
	checked := object.ToProperties(inputs.Object)
	object.MarkSecrets(checked, asked)
	encoded, err := p.encode(checked)
	return &rpc.CheckResponse{Inputs: encoded}, err
}

// name sees to it that the object has one.
func (p *Provider) name(request *rpc.CheckRequest, urn resource.URN, inputs, old *object.Unstructured) error {
	if object.IsPatch(string(urn.Type()), inputs.GetKind()) {
		if !p.config.serverSideApply {
			return errors.New("patch resources require Server-Side Apply mode, which is enabled using the " +
				"`enableServerSideApply` Provider config")
		}
		if object.Metadata(inputs, "name") == nil {
			return errors.New("patch resources require the `.metadata.name` field to be set")
		}
	}
	exists := len(old.Object) > 0
	if exists {
		object.AdoptName(inputs, old)
	} else if err := object.AssignName(inputs, urn.Name(), request.RandomSeed, request.Autonaming); err != nil {
		return err
	}
	// who applies is known by name; without server-side apply a label tells it
	if !exists && !p.config.serverSideApply || old.GetLabels()[managedBy] == "pulumi" {
		object.Label(inputs, managedBy, "pulumi")
	}
	if object.Metadata(inputs, "name") == nil && object.Metadata(inputs, "generateName") != nil &&
		p.config.serverSideApply {
		return errors.New("the `.metadata.generateName` field is not supported in Server-Side Apply mode")
	}
	return nil
}

// place puts an object that names no namespace into the provider's.
func (p *Provider) place(inputs *object.Unstructured) error {
	if p.namespace == "" || object.Metadata(inputs, "namespace") != nil {
		return nil
	}
	namespaced, err := p.isNamespaced(inputs)
	if err == nil && namespaced {
		object.SetMetadata(inputs, "namespace", p.namespace)
	}
	return err
}
