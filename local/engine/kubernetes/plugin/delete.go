package plugin

import (
	"context"
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"

	"estate/local/engine/kubernetes/await"
	"estate/local/engine/kubernetes/cluster"
	"estate/local/engine/kubernetes/object"
)

// Delete removes the object and waits until it is gone; of a Patch resource it only gives up the fields.
func (p *Provider) Delete(ctx context.Context, request *rpc.DeleteRequest) (*emptypb.Empty, error) {
	urn := resource.URN(request.GetUrn())
	if p.cluster == nil {
		return p.deleteUnreachable(urn)
	}
	state, err := decode(request.GetProperties())
	if err != nil {
		return nil, err
	}
	inputs, live := object.ParseCheckpoint(state)
	manager, err := p.managerOf(state, inputs)
	if err != nil {
		return nil, err
	}
	ctx, done := p.within(ctx)
	defer done()
	client, err := p.cluster.For(live)
	if meta.IsNoMatchError(err) {
		return &emptypb.Empty{}, nil // its definition is gone, and the object with it
	}
	if err != nil {
		return nil, err
	}
	if object.IsPatch(string(urn.Type()), inputs.GetKind()) {
		return &emptypb.Empty{}, giveUp(ctx, client, live, manager)
	}
	err = p.remove(ctx, urn, client, inputs, live, request.GetTimeout())
	if apierrors.IsForbidden(err) && p.config.serverSideApply {
		p.say(diag.Warning, urn, "the API server forbids to delete %s %q; giving up its fields instead: %v",
			live.GetKind(), object.ID(live), err)
		return &emptypb.Empty{}, giveUp(ctx, client, live, manager)
	}
	var unready *await.NotReady
	if errors.As(err, &unready) {
		encoded, encoding := p.encode(object.Checkpoint(inputs, unready.Object, state,
			object.InitialAPIVersion(state, inputs), manager))
		if encoding != nil {
			return nil, encoding
		}
		return nil, partial(object.ID(unready.Object), err, encoded)
	}
	return &emptypb.Empty{}, err
}

func (p *Provider) remove(
	ctx context.Context, urn resource.URN, client dynamic.ResourceInterface, inputs, live *object.Unstructured,
	customSeconds float64,
) error {
	now, err := client.Get(ctx, live.GetName(), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	policy := object.Propagation(inputs)
	err = client.Delete(ctx, live.GetName(), metav1.DeleteOptions{PropagationPolicy: &policy})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	waiter, done := p.waiter(urn)
	defer done()
	return waiter.Deleted(ctx, client, inputs, now, customSeconds)
}

func giveUp(ctx context.Context, client dynamic.ResourceInterface, live *object.Unstructured, manager string) error {
	err := cluster.Relinquish(ctx, client, live, manager)
	if cause, ok := apierrors.StatusCause(err, metav1.CauseTypeFieldValueRequired); ok {
		return fmt.Errorf("this Patch resource is currently managing a required field, so it can't be deleted directly. "+
			"Either set the `retainOnDelete` resource option, or transfer ownership of the field before deleting: %s",
			cause.Field)
	}
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

const dropHint = "you can remove this resource from Pulumi state by rerunning the operation with the " +
	"PULUMI_K8S_DELETE_UNREACHABLE environment variable set to \"true\""

func (p *Provider) deleteUnreachable(urn resource.URN) (*emptypb.Empty, error) {
	p.say(diag.Warning, urn, "%v", p.unreachableError())
	if !p.config.deleteUnreachable {
		return nil, errors.New("configured Kubernetes cluster is unreachable. If the cluster was deleted, " + dropHint)
	}
	p.say(diag.Info, urn, "configured Kubernetes cluster is unreachable and the `deleteUnreachable` option is enabled. "+
		"Deleting the unreachable resource from Pulumi state")
	return &emptypb.Empty{}, nil
}
