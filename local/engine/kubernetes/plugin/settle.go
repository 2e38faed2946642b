package plugin

import (
	"context"
	"errors"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil/rpcerror"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/structpb"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"

	"estate/local/engine/kubernetes/await"
	"estate/local/engine/kubernetes/object"
)

// settle waits until an object that was just written does what it is for. It always answers an object: the last that
// was seen.
func (p *Provider) settle(
	ctx context.Context, urn resource.URN, client dynamic.ResourceInterface,
	inputs, written *object.Unstructured, customSeconds float64,
) (*object.Unstructured, error) {
	waiter, done := p.waiter(urn)
	defer done()
	live, err := waiter.Ready(ctx, client, inputs, written, customSeconds)
	var unready *await.NotReady
	switch {
	case errors.As(err, &unready) && unready.Object != nil:
		return unready.Object, err
	case err != nil:
		return written, err
	}
	// what the server filled in meanwhile belongs to the outputs
	if now, err := client.Get(ctx, live.GetName(), metav1.GetOptions{}); err == nil {
		return now, nil
	}
	return live, nil
}

// partial is the error of an object that is there but not what it should be. The engine keeps the state and the reason,
// and comes back to it in the next update.
func partial(id string, err error, state *structpb.Struct) error {
	return rpcerror.WithDetails(rpcerror.New(codes.Unknown, err.Error()), &rpc.ErrorResourceInitFailed{
		Id: id, Properties: state, Reasons: []string{err.Error()},
	})
}
