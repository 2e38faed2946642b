package plugin

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"estate/local/engine/kubernetes/cluster"
)

// CheckConfig refuses what only the official plugin can do.
func (p *Provider) CheckConfig(_ context.Context, request *rpc.CheckRequest) (*rpc.CheckResponse, error) {
	response := &rpc.CheckResponse{Inputs: request.GetNews()}
	if request.GetNews().GetFields()["renderYamlToDirectory"].GetStringValue() != "" {
		response.Failures = []*rpc.CheckFailure{{
			Property: "renderYamlToDirectory",
			Reason:   "rendering to YAML needs the official kubernetes plugin",
		}}
	}
	return response, nil
}

// DiffConfig says whether a changed configuration means another cluster.
func (p *Provider) DiffConfig(_ context.Context, request *rpc.DiffRequest) (*rpc.DiffResponse, error) {
	options := plugin.MarshalOptions{KeepUnknowns: true, SkipNulls: true}
	old, err := plugin.UnmarshalProperties(request.GetOlds(), options)
	if err != nil {
		return nil, err
	}
	new, err := plugin.UnmarshalProperties(request.GetNews(), options)
	if err != nil {
		return nil, fmt.Errorf("DiffConfig failed because of malformed resource inputs: %w", err)
	}
	change, err := compareConfigs(old, new)
	if err != nil {
		return nil, err
	}
	if len(change.changed) == 0 {
		return &rpc.DiffResponse{Changes: rpc.DiffResponse_DIFF_NONE}, nil
	}
	return &rpc.DiffResponse{
		Changes: rpc.DiffResponse_DIFF_SOME, Diffs: change.changed, Replaces: change.replaces,
	}, nil
}

// Configure connects, once. An unreachable cluster is no error here: previews and deletions can do without.
func (p *Provider) Configure(_ context.Context, request *rpc.ConfigureRequest) (*rpc.ConfigureResponse, error) {
	parsed, err := readConfig(request.GetVariables(), fromEnvironment)
	if err != nil {
		return nil, err
	}
	p.config, p.secrets = parsed, request.GetAcceptSecrets()
	config, namespace, err := restConfig(parsed)
	p.namespace = namespace
	if err == nil {
		parsed.client.apply(config)
		p.cluster, err = cluster.Connect(config)
		if err != nil {
			err = fmt.Errorf("unable to load schema information from the API server: %w", err)
		}
	}
	if err != nil {
		p.unreachable = err.Error()
	}
	return &rpc.ConfigureResponse{
		AcceptSecrets: true, SupportsPreview: true, SupportsAutonamingConfiguration: true,
	}, nil
}
