package main

import (
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"

	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"

	"estate/local/engine/openstack/provider"
	"estate/local/engine/openstack/shape"
)

// derive makes the table from what the Terraform provider has and what the SDK names.
func derive(terraform shim.Provider, spec schema.PackageSpec) (table provider.Table, err error) {
	resources, dataSources := map[string]*shape.Shape{}, map[string]*shape.Shape{}
	for token, one := range spec.Resources {
		resources[token] = shape.OfSDK(one.Properties, spec.Types)
	}
	for token, one := range spec.Functions {
		dataSources[token] = shape.OfSDK(one.ReturnType.ObjectTypeSpec.Properties, spec.Types)
	}
	if table.Resources, err = entries(terraform.ResourcesMap(), resources); err != nil {
		return
	}
	if table.DataSources, err = entries(terraform.DataSourcesMap(), dataSources); err != nil {
		return
	}
	table.Config, err = overrides("provider", terraform.Schema(), shape.OfSDK(spec.Config.Variables, spec.Types))
	return
}

func entries(of shim.ResourceMap, sdk map[string]*shape.Shape) (map[string]provider.Entry, error) {
	terraform := map[string]*shape.Shape{}
	of.Range(func(name string, one shim.Resource) bool {
		terraform[name] = shape.OfBridge(one.Schema(), nil)
		return true
	})
	matched, err := match(terraform, sdk)
	if err != nil {
		return nil, err
	}
	table := map[string]provider.Entry{}
	for name, token := range matched {
		entry := provider.Entry{Token: token}
		if entry.Properties, err = overrides(name, of.Get(name).Schema(), sdk[token]); err != nil {
			return nil, err
		}
		table[name] = entry
	}
	return table, nil
}
