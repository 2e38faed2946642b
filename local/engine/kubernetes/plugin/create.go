package plugin

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/dynamic"

	"estate/local/engine/kubernetes/cluster"
	"estate/local/engine/kubernetes/object"
)

// Create makes the object and waits for it. A preview asks the server what it would answer, where it can be asked.
func (p *Provider) Create(ctx context.Context, request *rpc.CreateRequest) (*rpc.CreateResponse, error) {
	urn, preview := resource.URN(request.GetUrn()), request.GetPreview()
	if p.cluster == nil && !preview {
		return nil, p.unreachableError()
	}
	inputs, asked, err := decodeInputs(request.GetProperties(), string(urn.Type()))
	if err != nil {
		return nil, fmt.Errorf("create failed because malformed resource inputs: %w", err)
	}
	patch := object.IsPatch(string(urn.Type()), inputs.GetKind())
	asIs := &rpc.CreateResponse{Properties: request.GetProperties()}
	if preview && (!p.canAsk(inputs) || patch || !p.config.serverSideApply) {
		return asIs, nil
	}
	manager, err := p.managerOf(nil, inputs)
	if err != nil {
		return nil, err
	}
	ctx, done := p.within(ctx)
	defer done()
	made := creation{inputs: inputs, urn: urn, write: cluster.Write{
		Manager: manager, DryRun: preview, Force: preview || p.forces(inputs),
	}, apply: p.config.serverSideApply && (patch || p.config.upsertExistingObjects)}
	if err := p.make(ctx, &made); err != nil {
		if preview && previewCannotTell(err) {
			return asIs, nil
		}
		return nil, explainCreation(urn, inputs, err)
	}
	live, waited := made.live, error(nil)
	if preview {
		delete(live.Object, "status")
	} else {
		live, waited = p.settle(ctx, urn, made.client, inputs, live, request.GetTimeout())
	}
	state, err := p.encode(object.Checkpoint(inputs, live, asked, inputs.GetAPIVersion(), manager))
	if err != nil {
		return nil, err
	}
	if waited != nil {
		return nil, partial(object.ID(live), fmt.Errorf("resource %q was successfully created, but the Kubernetes API "+
			"server reported that it failed to fully initialize or become live: %w", urn, waited), state)
	}
	if preview {
		return &rpc.CreateResponse{Properties: state}, nil
	}
	if object.IsCRD(inputs) {
		p.cluster.Reset()
	}
	return &rpc.CreateResponse{Id: object.ID(live), Properties: state}, nil
}

// canAsk says whether a dry run is possible: everything is known, and the server knows the kind.
func (p *Provider) canAsk(inputs *object.Unstructured) bool {
	return p.cluster != nil && !object.HasUnknown(inputs) && p.cluster.Has(inputs.GroupVersionKind())
}

// forces says whether fields of other managers are taken over.
func (p *Provider) forces(inputs *object.Unstructured) bool {
	return object.Annotation(inputs, object.PatchForce) == "true" || p.config.patchForce
}

type creation struct {
	inputs *object.Unstructured
	urn    resource.URN
	write  cluster.Write
	// apply: an object that is already there is changed; otherwise it is an error.
	apply bool

	client dynamic.ResourceInterface
	live   *object.Unstructured
}

func (p *Provider) make(ctx context.Context, c *creation) error {
	try := func() (err error) {
		if c.client, err = p.cluster.For(c.inputs); err != nil {
			return err
		}
		write := cluster.Create
		if c.apply {
			write = cluster.Apply
		}
		c.live, err = write(ctx, c.client, c.inputs, c.write)
		return err
	}
	if c.write.DryRun {
		return try()
	}
	retrying := func(err error) {
		_ = p.host.LogStatus(p.ctx, diag.Info, c.urn, fmt.Sprintf("creation failed, trying again: %v", err))
	}
	return p.cluster.Patiently(ctx, retrying, try)
}

// previewCannotTell says whether a dry run failed for what will be different when it is for earnest: the namespace
// comes first, the old object goes first; or because the server does not let us ask. A field that it does not know stays
// unknown.
func previewCannotTell(err error) bool {
	if cluster.IsUnknownField(err) {
		return false
	}
	return apierrors.IsForbidden(err) || apierrors.IsAlreadyExists(err) || apierrors.IsNotFound(err) ||
		apierrors.IsBadRequest(err)
}

func explainCreation(urn resource.URN, inputs *object.Unstructured, err error) error {
	if meta.IsNoMatchError(err) {
		return fmt.Errorf("creation of resource %q with kind %s/%s failed because the Kubernetes API server reported "+
			"that the apiVersion for this resource does not exist. Verify that any required CRDs have been created: %w",
			urn, inputs.GetAPIVersion(), inputs.GetKind(), err)
	}
	return fmt.Errorf("resource %q was not successfully created by the Kubernetes API server: %w", urn, err)
}
