// Derive writes the table of the plugin: which type of the Terraform provider is which token of the npm package.
// Run it in the plugin's folder after schema.json was made anew: go run ./derive
package main

import (
	"encoding/json"
	"fmt"
	"os"

	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/terraform-provider-openstack/terraform-provider-openstack/openstack"

	"estate/local/engine/openstack/provider"
)

func main() {
	text, err := tableText()
	if err == nil {
		err = os.WriteFile("provider/table.json", text, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// tableText is what table.json must hold.
func tableText() ([]byte, error) {
	spec, err := provider.ReadSchema()
	if err != nil {
		return nil, err
	}
	table, err := derive(shimv2.NewProvider(openstack.Provider()), spec)
	if err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(table, "", "  ")
	return append(text, '\n'), err
}
