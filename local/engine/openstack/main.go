// The openstack plugin of Pulumi, for where the official one cannot be had: same tokens, same state.
package main

import (
	"fmt"
	"os"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"

	"estate/local/engine/openstack/provider"
)

func main() {
	info, schema, err := provider.Provider()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	tfbridge.Main(provider.Name, info.Version, info, schema)
}
