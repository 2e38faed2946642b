// The openstack plugin of Pulumi, for where the official one cannot be had: same tokens, same state.
package main

import (
	"fmt"
	"os"

	engine "github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"

	"estate/local/engine/openstack/provider"
)

func main() {
	if err := engine.Main(provider.Name, provider.New); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
