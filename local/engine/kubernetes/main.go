// pulumi-resource-kubernetes plays the kubernetes provider of the npm package @pulumi/kubernetes 4.34.2: the same
// resource tokens, the same properties and the same life cycle, so that either plugin can go on with the other's state.
package main

import (
	"fmt"
	"os"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"estate/local/engine/kubernetes/plugin"
)

func main() {
	err := provider.Main("kubernetes", func(host *provider.HostClient) (rpc.ResourceProviderServer, error) {
		return plugin.New(host), nil
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
