package plugin

import (
	"context"
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"

	"estate/local/engine/kubernetes/cluster"
	"estate/local/engine/kubernetes/object"
)

// Update changes the object in place and waits for it.
func (p *Provider) Update(ctx context.Context, request *rpc.UpdateRequest) (*rpc.UpdateResponse, error) {
	urn, preview := resource.URN(request.GetUrn()), request.GetPreview()
	if p.cluster == nil && !preview {
		return nil, p.unreachableError()
	}
	state, err := decode(request.GetOlds())
	if err != nil {
		return nil, err
	}
	inputs, asked, err := decodeInputs(request.GetNews(), string(urn.Type()))
	if err != nil {
		return nil, fmt.Errorf("update failed because malformed resource inputs: %w", err)
	}
	inputs = object.Normalize(inputs)
	if preview && !p.canAsk(inputs) {
		return &rpc.UpdateResponse{Properties: request.GetNews()}, nil
	}
	oldInputs, oldLive := object.ParseCheckpoint(state)
	manager, err := p.managerOf(state, inputs)
	if err != nil {
		return nil, err
	}
	ctx, done := p.within(ctx)
	defer done()
	c := change{
		inputs: inputs.DeepCopy(), oldLive: oldLive, old: object.Prune(oldLive, object.Normalize(oldInputs)),
		patch: object.IsPatch(string(urn.Type()), inputs.GetKind()), ignore: request.GetIgnoreChanges(),
		write: cluster.Write{Manager: manager, DryRun: preview, Force: p.forces(inputs)},
	}
	live, err := p.change(ctx, &c)
	switch {
	case err != nil && preview && apierrors.IsForbidden(err):
		return &rpc.UpdateResponse{Properties: request.GetNews()}, nil
	case meta.IsNoMatchError(err):
		return nil, fmt.Errorf("update of resource %q failed because the Kubernetes API server reported that the "+
			"apiVersion for this resource does not exist. Verify that any required CRDs have been created: %w", urn, err)
	case err != nil:
		if live, err = p.unchanged(ctx, urn, c.client, oldLive, err); live == nil {
			return nil, err
		}
	case !preview:
		live, err = p.settle(ctx, urn, c.client, inputs, live, request.GetTimeout())
	}
	encoded, encoding := p.encode(
		object.Checkpoint(inputs, live, asked, object.InitialAPIVersion(state, oldInputs), manager))
	if encoding != nil {
		return nil, encoding
	}
	if err != nil {
		return nil, partial(object.ID(live), fmt.Errorf("the Kubernetes API server reported that %q failed to fully "+
			"initialize or become live: %w", object.ID(live), err), encoded)
	}
	if before, known := state[object.FieldManagerKey]; known && !preview && before.StringValue() != manager {
		err = cluster.Relinquish(ctx, c.client, live, before.StringValue())
	}
	return &rpc.UpdateResponse{Properties: encoded}, err
}

type change struct {
	inputs, old, oldLive *object.Unstructured
	// patch: only some fields of the object are ours, so nobody's are taken over.
	patch  bool
	ignore []string
	write  cluster.Write

	client dynamic.ResourceInterface
}

func (p *Provider) change(ctx context.Context, c *change) (*object.Unstructured, error) {
	var err error
	if c.client, err = p.cluster.For(c.inputs); err != nil {
		return nil, err
	}
	live, err := c.client.Get(ctx, c.oldLive.GetName(), metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	if object.IsCRD(c.inputs) {
		return cluster.Replace(ctx, c.client, c.inputs, live, c.write)
	}
	if !p.config.serverSideApply {
		return cluster.Patch(ctx, c.client, c.old, c.inputs, live, c.write)
	}
	if !c.patch {
		if !c.write.DryRun {
			if live, err = cluster.TakeOver(ctx, c.client, live, c.write.Manager); err != nil {
				return nil, err
			}
		} else if cluster.WouldTakeOver(live, c.write.Manager) {
			c.write.Force = true
		}
	}
	if err := cluster.Leave(c.inputs, live, c.write.Manager, c.ignore); err != nil {
		return nil, err
	}
	return cluster.Apply(ctx, c.client, c.inputs, c.write)
}

// unchanged answers the object as it is after a refused update, so that the state tells the truth.
func (p *Provider) unchanged(
	ctx context.Context, urn resource.URN, client dynamic.ResourceInterface, old *object.Unstructured, why error,
) (*object.Unstructured, error) {
	if client == nil {
		return nil, fmt.Errorf("update of resource %q failed: %w", urn, why)
	}
	live, err := client.Get(ctx, old.GetName(), metav1.GetOptions{})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("update of resource %q failed: %w", urn, why),
			fmt.Errorf("unable to get cluster state: %w", err))
	}
	return live, why
}
