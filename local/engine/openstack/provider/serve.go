package provider

import (
	"context"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/structpb"
)

// rawStateDelta is what newer bridges add to a resource's state, for upgrades of theirs.
const rawStateDelta = "__pulumi_raw_state_delta"

// server answers the engine with states as the official plugin of this version writes them: its bridge is older and
// does not know the addition. A bridge that knows it does without it as well.
type server struct {
	pulumirpc.ResourceProviderServer
}

// New is the plugin as a server of the engine; without a host it must not have anything to say.
func New(host *provider.HostClient) (pulumirpc.ResourceProviderServer, error) {
	info, schema, err := Provider()
	if err != nil {
		return nil, err
	}
	info.P.InitLogging(context.Background())
	return &server{tfbridge.NewProvider(context.Background(), host, Name, info.Version, info.P, info, schema)}, nil
}

func (s *server) Create(
	ctx context.Context, request *pulumirpc.CreateRequest,
) (*pulumirpc.CreateResponse, error) {
	answer, err := s.ResourceProviderServer.Create(ctx, request)
	strip(answer.GetProperties())
	return answer, stripped(err)
}

func (s *server) Update(
	ctx context.Context, request *pulumirpc.UpdateRequest,
) (*pulumirpc.UpdateResponse, error) {
	answer, err := s.ResourceProviderServer.Update(ctx, request)
	strip(answer.GetProperties())
	return answer, stripped(err)
}

func (s *server) Read(ctx context.Context, request *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	answer, err := s.ResourceProviderServer.Read(ctx, request)
	strip(answer.GetProperties())
	return answer, stripped(err)
}

// stripped is the error of a resource that was made and is not well: it carries the state.
func stripped(err error) error {
	said, ok := status.FromError(err)
	if err == nil || !ok {
		return err
	}
	message := said.Proto()
	for i, detail := range message.Details {
		failed := &pulumirpc.ErrorResourceInitFailed{}
		if detail.MessageIs(failed) && detail.UnmarshalTo(failed) == nil {
			strip(failed.Properties)
			if packed, err := anypb.New(failed); err == nil {
				message.Details[i] = packed
			}
		}
	}
	return status.ErrorProto(message)
}

func strip(properties *structpb.Struct) {
	delete(properties.GetFields(), rawStateDelta)
}
