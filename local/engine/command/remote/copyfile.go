package remote

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// CopyFile is command:remote:CopyFile, the deprecated form of CopyToRemote: any change replaces it.
type CopyFile struct{}

// CopyFileInputs are the inputs of the resource.
type CopyFileInputs struct {
	Connection *Connection `pulumi:"connection" provider:"secret"`
	Triggers   *[]any      `pulumi:"triggers,optional" provider:"replaceOnChanges"`
	LocalPath  string      `pulumi:"localPath"`
	RemotePath string      `pulumi:"remotePath"`
}

// CopyFileOutputs are the state of the resource.
type CopyFileOutputs struct{ CopyFileInputs }

// Create copies.
func (*CopyFile) Create(
	ctx context.Context, req infer.CreateRequest[CopyFileInputs],
) (infer.CreateResponse[CopyFileOutputs], error) {
	response := infer.CreateResponse[CopyFileOutputs]{Output: CopyFileOutputs{req.Inputs}}
	if req.DryRun {
		return response, nil
	}
	host, files, err := openFiles(ctx, req.Inputs.Connection)
	if err != nil {
		return response, err
	}
	defer host.close()
	if err = copyFile(files, req.Inputs.LocalPath, req.Inputs.RemotePath); err == nil {
		response.ID, err = resource.NewUniqueHex("", 8, 0)
	}
	return response, err
}
