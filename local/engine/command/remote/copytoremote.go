package remote

import (
	"context"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi-go-provider/infer/types"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// CopyToRemote is command:remote:CopyToRemote.
type CopyToRemote struct{}

// CopyToRemoteInputs are the inputs of the resource.
type CopyToRemoteInputs struct {
	Connection *Connection          `pulumi:"connection" provider:"secret"`
	Triggers   *[]any               `pulumi:"triggers,optional" provider:"replaceOnChanges"`
	Source     types.AssetOrArchive `pulumi:"source"`
	RemotePath string               `pulumi:"remotePath"`
}

// CopyToRemoteOutputs are the state of the resource.
type CopyToRemoteOutputs struct{ CopyToRemoteInputs }

func (i *CopyToRemoteInputs) hash() string {
	if i.Source.Archive != nil {
		return i.Source.Archive.Hash
	}
	return i.Source.Asset.Hash
}

// Check refuses sources that cannot be copied.
func (*CopyToRemote) Check(
	ctx context.Context, req infer.CheckRequest,
) (infer.CheckResponse[CopyToRemoteInputs], error) {
	inputs, failures, err := infer.DefaultCheck[CopyToRemoteInputs](ctx, req.NewInputs)
	if err == nil {
		failures = append(failures, sourceFailures(inputs.Source)...)
	}
	return infer.CheckResponse[CopyToRemoteInputs]{Inputs: inputs, Failures: failures}, err
}

func sourceFailures(source types.AssetOrArchive) []p.CheckFailure {
	refuse := func(property, reason string) []p.CheckFailure {
		return []p.CheckFailure{{Property: property, Reason: reason}}
	}
	asset, archive := source.Asset, source.Archive
	switch {
	case asset != nil && archive != nil:
		return refuse("asset", "only one of asset or archive can be set")
	case asset == nil && archive == nil:
		return refuse("asset", "either asset or archive must be set")
	case asset != nil && !asset.IsPath() && !asset.IsText():
		return refuse("asset", "asset must be a path-based file asset or a text asset")
	case archive != nil && !archive.IsPath():
		return refuse("archive", "archive must be a path to a file or directory")
	}
	return nil
}

// Create copies.
func (*CopyToRemote) Create(
	ctx context.Context, req infer.CreateRequest[CopyToRemoteInputs],
) (infer.CreateResponse[CopyToRemoteOutputs], error) {
	response := infer.CreateResponse[CopyToRemoteOutputs]{Output: CopyToRemoteOutputs{req.Inputs}}
	if req.DryRun {
		return response, nil
	}
	err := copySource(ctx, req.Inputs)
	if err == nil {
		response.ID, err = resource.NewUniqueHex("", 8, 0)
	}
	return response, err
}

// Update copies again when the content or the destination changed; another connection alone is only noted.
func (*CopyToRemote) Update(
	ctx context.Context, req infer.UpdateRequest[CopyToRemoteInputs, CopyToRemoteOutputs],
) (infer.UpdateResponse[CopyToRemoteOutputs], error) {
	response := infer.UpdateResponse[CopyToRemoteOutputs]{Output: CopyToRemoteOutputs{req.Inputs}}
	same := req.Inputs.hash() == req.State.hash() && req.Inputs.RemotePath == req.State.RemotePath
	if req.DryRun || same {
		return response, nil
	}
	return response, copySource(ctx, req.Inputs)
}
