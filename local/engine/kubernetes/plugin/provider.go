// Package plugin is the gRPC service of the kubernetes plugin.
package plugin

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	"estate/local/engine/kubernetes/await"
	"estate/local/engine/kubernetes/cluster"
	"estate/local/engine/kubernetes/object"
)

// Version is that of the official plugin whose place this one takes, and of the npm package.
const Version = "4.34.2"

// Provider serves one configuration.
type Provider struct {
	rpc.UnimplementedResourceProviderServer

	host *provider.HostClient
	// ctx ends when the operator cancels, and with it every wait.
	ctx    context.Context
	cancel context.CancelFunc

	config    config
	namespace string
	secrets   bool
	// cluster is nil where it was not reachable when the provider was configured; unreachable says why. That is decided
	// once: a server that appears later is seen by the next operation only.
	cluster     *cluster.Cluster
	unreachable string
}

// New makes a provider that is not configured yet.
func New(host *provider.HostClient) *Provider {
	ctx, cancel := context.WithCancel(context.Background())
	return &Provider{host: host, ctx: ctx, cancel: cancel}
}

// GetPluginInfo tells the version.
func (p *Provider) GetPluginInfo(context.Context, *emptypb.Empty) (*rpc.PluginInfo, error) {
	return &rpc.PluginInfo{Version: Version}, nil
}

// Attach connects to another engine.
func (p *Provider) Attach(_ context.Context, request *rpc.PluginAttach) (*emptypb.Empty, error) {
	host, err := provider.NewHostClient(request.GetAddress())
	if err != nil {
		return nil, err
	}
	p.host = host
	return &emptypb.Empty{}, nil
}

// Cancel ends every wait and every request.
func (p *Provider) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	p.cancel()
	return &emptypb.Empty{}, nil
}

// GetSchema answers a schema without types: resources of any kind are taken as they come.
func (p *Provider) GetSchema(context.Context, *rpc.GetSchemaRequest) (*rpc.GetSchemaResponse, error) {
	return &rpc.GetSchemaResponse{Schema: fmt.Sprintf(`{"name":"kubernetes","version":%q}`, Version)}, nil
}

// GetMapping answers that there is none.
func (p *Provider) GetMapping(context.Context, *rpc.GetMappingRequest) (*rpc.GetMappingResponse, error) {
	return &rpc.GetMappingResponse{}, nil
}

// Construct explains that components are not built here.
func (p *Provider) Construct(_ context.Context, request *rpc.ConstructRequest) (*rpc.ConstructResponse, error) {
	if err := object.Unsupported(request.GetType()); err != nil {
		return nil, status.Error(codes.Unimplemented, err.Error())
	}
	return nil, status.Errorf(codes.Unimplemented, "%s is no component of this plugin", request.GetType())
}

// Invoke explains that there are no functions here.
func (p *Provider) Invoke(_ context.Context, request *rpc.InvokeRequest) (*rpc.InvokeResponse, error) {
	if err := object.Unsupported(request.GetTok()); err != nil {
		return nil, status.Error(codes.Unimplemented, err.Error())
	}
	return nil, status.Errorf(codes.Unimplemented, "unknown Invoke type %q", request.GetTok())
}

func (p *Provider) say(severity diag.Severity, urn resource.URN, format string, arguments ...any) {
	_ = p.host.Log(p.ctx, severity, urn, fmt.Sprintf(format, arguments...))
}

// waiter tells, beside the resource, what is waited for; `done` leaves nothing of it.
func (p *Provider) waiter(urn resource.URN) (waiter await.Waiter, done func()) {
	said := false
	waiter = await.Waiter{Cluster: p.cluster, Say: func(line string) {
		said = true
		_ = p.host.LogStatus(p.ctx, diag.Info, urn, line)
	}}
	return waiter, func() {
		if said {
			_ = p.host.LogStatus(p.ctx, diag.Info, urn, "")
		}
	}
}

// within ends with the call, and with a cancellation.
func (p *Provider) within(ctx context.Context) (context.Context, context.CancelFunc) {
	joined, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(p.ctx, cancel)
	return joined, func() {
		stop()
		cancel()
	}
}

func (p *Provider) unreachableError() error {
	return fmt.Errorf("configured Kubernetes cluster is unreachable: %s", p.unreachable)
}
