package plugin

import (
	"context"
	"errors"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil/rpcerror"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"estate/local/engine/kubernetes/await"
	"estate/local/engine/kubernetes/object"
)

// gone makes the engine drop the resource from the state.
var gone = &rpc.ReadResponse{}

// Read reads the live object, for a refresh, an import or a `get`.
func (p *Provider) Read(ctx context.Context, request *rpc.ReadRequest) (*rpc.ReadResponse, error) {
	urn := resource.URN(request.GetUrn())
	if err := object.Unsupported(string(urn.Type())); err != nil {
		return nil, err
	}
	if p.cluster == nil {
		return p.readUnreachable(urn, request)
	}
	state, err := decode(request.GetProperties())
	if err != nil {
		return nil, err
	}
	old, err := decode(request.GetInputs())
	if err != nil {
		return nil, err
	}
	inputs, imported, err := wanted(request, object.FromProperties(old), state)
	if err != nil {
		return nil, err
	}
	manager, err := p.managerOf(state, inputs)
	if err != nil {
		return nil, err
	}
	ctx, done := p.within(ctx)
	defer done()
	live, err := p.get(ctx, request.GetId(), inputs)
	if apierrors.IsNotFound(err) || meta.IsNoMatchError(err) {
		return gone, nil
	}
	if err != nil {
		return nil, err
	}
	found := object.Prune(live, inputs)
	if imported {
		found = asInputs(live)
	}
	response := &rpc.ReadResponse{Id: request.GetId()}
	if response.Properties, err = p.encode(
		object.Checkpoint(found, live, old, object.InitialAPIVersion(state, inputs), manager)); err != nil {
		return nil, err
	}
	asked := object.ToProperties(found.Object)
	object.MarkSecrets(asked, old)
	if response.Inputs, err = p.encode(asked); err != nil {
		return nil, err
	}
	if imported {
		return response, nil
	}
	if err := (await.Waiter{Cluster: p.cluster}).Now(ctx, inputs, live); err != nil {
		return nil, rpcerror.WithDetails(rpcerror.New(codes.Unknown, err.Error()), &rpc.ErrorResourceInitFailed{
			Id: response.Id, Properties: response.Properties, Inputs: response.Inputs, Reasons: []string{err.Error()},
		})
	}
	return response, nil
}

// wanted is what the program asked for when it was last seen; nothing but kind and name where it was never seen.
func wanted(
	request *rpc.ReadRequest, inputs *object.Unstructured, state resource.PropertyMap,
) (_ *object.Unstructured, imported bool, err error) {
	namespace, name, err := object.ParseID(request.GetId())
	if err != nil {
		return nil, false, err
	}
	inputs = object.Normalize(inputs)
	if inputs.GroupVersionKind().Empty() {
		_, live := object.ParseCheckpoint(state)
		gvk := live.GroupVersionKind()
		if imported = gvk.Empty(); imported {
			token := string(resource.URN(request.GetUrn()).Type())
			if gvk, err = object.KindOfToken(token); err != nil {
				return nil, false, err
			}
			if object.IsPatch(token, "") {
				gvk = object.WithoutPatch(gvk)
			}
		}
		inputs.SetGroupVersionKind(gvk)
		if inputs.GetName() == "" {
			inputs.SetName(name)
		}
		if inputs.GetNamespace() == "" && namespace != "" {
			inputs.SetNamespace(namespace)
		}
	}
	return inputs, imported, nil
}

func (p *Provider) get(ctx context.Context, id string, inputs *object.Unstructured) (*object.Unstructured, error) {
	namespace, name, err := object.ParseID(id)
	if err != nil {
		return nil, err
	}
	place := &object.Unstructured{Object: map[string]any{}}
	place.SetGroupVersionKind(inputs.GroupVersionKind())
	place.SetNamespace(namespace)
	client, err := p.cluster.For(place)
	if err != nil {
		return nil, err
	}
	return client.Get(ctx, name, metav1.GetOptions{})
}

// asInputs is what a program would have to ask for to get this object: all but what servers and controllers set.
func asInputs(live *object.Unstructured) *object.Unstructured {
	inputs := live.DeepCopy()
	delete(inputs.Object, "status")
	for _, field := range []string{"creationTimestamp", "generation", "managedFields", "resourceVersion", "uid"} {
		object.RemoveMetadata(inputs, field)
	}
	for _, annotation := range []string{
		"deployment.kubernetes.io/revision", "kubectl.kubernetes.io/last-applied-configuration",
	} {
		unstructured.RemoveNestedField(inputs.Object, "metadata", "annotations", annotation)
	}
	return inputs
}

func (p *Provider) readUnreachable(urn resource.URN, request *rpc.ReadRequest) (*rpc.ReadResponse, error) {
	p.say(diag.Warning, urn, "%v", p.unreachableError())
	switch {
	case p.config.deleteUnreachable:
		p.say(diag.Info, urn, "configured Kubernetes cluster is unreachable and the `deleteUnreachable` option is "+
			"enabled. Deleting the unreachable resource from Pulumi state")
		return gone, nil
	case p.config.skipUpdateUnreachable:
		p.say(diag.Info, urn, "configured Kubernetes cluster is unreachable and the `skipUnreachable` option is "+
			"enabled. Returned data could not reflect the actual cluster configuration.")
		return &rpc.ReadResponse{
			Id: request.GetId(), Properties: request.GetProperties(), Inputs: request.GetInputs(),
		}, nil
	}
	return nil, errors.New("failed to read resource state due to unreachable cluster. If the cluster was deleted, " +
		dropHint)
}
