package plugin

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"estate/local/engine/kubernetes/await"
	"estate/local/engine/kubernetes/object"
)

// Diff compares what the program asks for with the live object as the state has it, but only in the fields the program
// asked for before: what others set is not ours to change.
func (p *Provider) Diff(ctx context.Context, request *rpc.DiffRequest) (*rpc.DiffResponse, error) {
	urn := resource.URN(request.GetUrn())
	token := string(urn.Type())
	state, err := decode(request.GetOlds())
	if err != nil {
		return nil, err
	}
	inputs, _, err := decodeInputs(request.GetNews(), token)
	if err != nil {
		return nil, fmt.Errorf("diff failed because malformed resource inputs: %w", err)
	}
	inputs = object.Normalize(inputs)
	oldInputs, live := object.ParseCheckpoint(state)
	old := object.Prune(live, object.Normalize(oldInputs))
	if err := p.align(old, inputs, live); err != nil {
		return nil, err
	}

	immutable := object.Identity
	if !object.IsPatch(token, inputs.GetKind()) {
		immutable = object.Immutable(inputs, p.config.configMapsMutable, p.config.secretsMutable)
	}
	ignored, err := parsePaths(request.GetIgnoreChanges())
	if err != nil {
		return nil, err
	}
	detailed, replaces := object.Detailed(object.Compare(old.Object, inputs.Object), immutable, ignored)
	changes := rpc.DiffResponse_DIFF_NONE
	if len(detailed) > 0 {
		changes = rpc.DiffResponse_DIFF_SOME
	}
	if object.Annotation(inputs, object.ReplaceUnready) == "true" && p.isUnready(ctx, urn, live) {
		changes = rpc.DiffResponse_DIFF_SOME
		replaces = append(replaces, `.metadata.annotations["`+object.ReplaceUnready+`"]`)
	}
	return &rpc.DiffResponse{
		Changes:             changes,
		Replaces:            replaces,
		DeleteBeforeReplace: len(replaces) > 0 && takesThePlace(inputs, live),
		DetailedDiff:        detailed,
		HasDetailedDiff:     true,
	}, nil
}

// align removes what would be a difference without meaning one: "default" that is not written, the scope of a kind that
// was not known yet, a version of the object.
func (p *Provider) align(old, inputs, live *object.Unstructured) error {
	namespaced, err := p.isNamespaced(inputs)
	if err != nil {
		return fmt.Errorf("API server returned error when asked if resource type %s is namespaced: %w",
			inputs.GroupVersionKind(), err)
	}
	for _, o := range []*object.Unstructured{old, inputs} {
		if !namespaced {
			object.RemoveMetadata(o, "namespace")
		} else if object.Metadata(o, "namespace") == nil {
			object.SetMetadata(o, "namespace", metav1.NamespaceDefault)
		}
	}
	if old.GroupVersionKind().Empty() {
		old.SetGroupVersionKind(inputs.GroupVersionKind())
	}
	if object.Metadata(inputs, "name") != nil {
		object.SetMetadata(old, "name", live.GetName())
	}
	return nil
}

// takesThePlace says whether the new object needs the name of the old one, which therefore must go first.
func takesThePlace(inputs, live *object.Unstructured) bool {
	return object.Metadata(inputs, "name") != nil && !object.IsAutonamed(inputs) &&
		inputs.GetName() == live.GetName() && inputs.GetNamespace() == live.GetNamespace()
}

func parsePaths(texts []string) ([]resource.PropertyPath, error) {
	paths := make([]resource.PropertyPath, len(texts))
	for i, text := range texts {
		path, err := resource.ParsePropertyPath(text)
		if err != nil {
			return nil, fmt.Errorf("failed to parse ignore path: %w", err)
		}
		paths[i] = path
	}
	return paths, nil
}

// isUnready looks at the live Job. What cannot be read is not replaced.
func (p *Provider) isUnready(ctx context.Context, urn resource.URN, live *object.Unstructured) bool {
	if p.cluster == nil {
		p.say(diag.Warning, urn, "Cluster is unreachable, skipping replaceUnready check")
		return false
	}
	if live.GetKind() != "Job" {
		p.say(diag.Warning, urn, "replaceUnready annotation is not supported for this resource")
		return false
	}
	client, err := p.cluster.For(live)
	if err != nil {
		return false
	}
	now, err := client.Get(ctx, live.GetName(), metav1.GetOptions{})
	if err != nil {
		return false
	}
	return await.Waiter{Cluster: p.cluster}.Now(ctx, &object.Unstructured{}, now) != nil
}
