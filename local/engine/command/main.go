// pulumi-resource-command plays the command provider of the npm package @pulumi/command 1.2.1: the same resource
// tokens, the same properties and the same life cycle, so that either plugin can go on with the other's state.
package main

import (
	"context"
	"fmt"
	"os"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"

	"estate/local/engine/command/local"
	"estate/local/engine/command/remote"
)

const version = "1.2.1"

func main() {
	if err := p.RunProvider(context.Background(), "command", version, provider()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func provider() p.Provider {
	return infer.Provider(infer.Options{
		Resources: []infer.InferredResource{
			infer.Resource(&local.Command{}),
			infer.Resource(&remote.Command{}),
			infer.Resource(&remote.CopyToRemote{}),
			infer.Resource(&remote.CopyFile{}),
		},
		Functions: []infer.InferredFunction{infer.Function(&local.Run{})},
	})
}
