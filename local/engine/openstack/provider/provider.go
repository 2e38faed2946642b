// Package provider is the openstack provider of Pulumi: the Terraform provider that @pulumi/openstack wraps, behind the
// bridge that it uses, with the tokens and names of the npm package.
package provider

import (
	"fmt"

	tfschema "github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/terraform-provider-openstack/terraform-provider-openstack/openstack"
)

// Name is the name of the package.
const Name = "openstack"

// Provider is what the bridge serves, and the schema that goes with it.
func Provider() (info tfbridge.ProviderInfo, text []byte, err error) {
	table, err := ReadTable()
	if err != nil {
		return
	}
	spec, err := ReadSchema()
	if err != nil {
		return
	}
	info = tfbridge.ProviderInfo{
		P:              shimv2.NewProvider(terraform()),
		Name:           Name,
		ResourcePrefix: Name,
		Version:        spec.Version,
		Resources:      map[string]*tfbridge.ResourceInfo{},
		DataSources:    map[string]*tfbridge.DataSourceInfo{},
	}
	for terraform, entry := range table.Resources {
		info.Resources[terraform] = &tfbridge.ResourceInfo{Tok: tokens.Type(entry.Token), Fields: fields(entry.Properties)}
	}
	for terraform, entry := range table.DataSources {
		info.DataSources[terraform] = &tfbridge.DataSourceInfo{
			Tok: tokens.ModuleMember(entry.Token), Fields: fields(entry.Properties)}
	}
	info.Config, err = config(info, table, spec)
	// As the official plugin does it. With it comes that an explicitly named resource, when it must be replaced, is
	// deleted first: two of the same name may not be possible.
	info.SetAutonaming(255, "-")
	return info, schemaJSON, err
}

// terraform is the wrapped provider, less a warning that it gives of a setting's default value on every run.
func terraform() *tfschema.Provider {
	wrapped := openstack.Provider()
	wrapped.Schema["use_octavia"].Deprecated = ""
	return wrapped
}

func fields(overrides map[string]Override) map[string]*tfbridge.SchemaInfo {
	made := map[string]*tfbridge.SchemaInfo{}
	for terraform, override := range overrides {
		made[terraform] = &tfbridge.SchemaInfo{Name: override.Name}
		if override.List {
			made[terraform].MaxItemsOne = tfbridge.False()
		}
	}
	return made
}

// config gives settings that the program leaves out the values of the variables the SDK takes them from.
func config(info tfbridge.ProviderInfo, table Table, spec schema.PackageSpec) (map[string]*tfbridge.SchemaInfo, error) {
	made := fields(table.Config)
	for name, property := range spec.Config.Variables {
		if property.DefaultInfo == nil {
			continue
		}
		terraform := tfbridge.PulumiToTerraformName(name, info.P.Schema(), made)
		if _, ok := info.P.Schema().GetOk(terraform); !ok {
			return nil, fmt.Errorf("the Terraform provider has no setting %s (%s in the SDK)", terraform, name)
		}
		if made[terraform] == nil {
			made[terraform] = &tfbridge.SchemaInfo{}
		}
		made[terraform].Default = &tfbridge.DefaultInfo{EnvVars: property.DefaultInfo.Environment}
	}
	return made, nil
}
