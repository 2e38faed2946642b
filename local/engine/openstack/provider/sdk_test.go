package provider

import (
	"slices"
	"testing"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"

	"estate/local/engine/openstack/shape"
)

func served(t *testing.T) (tfbridge.ProviderInfo, schema.PackageSpec) {
	t.Helper()
	info, _, err := Provider()
	if err != nil {
		t.Fatal(err)
	}
	spec, err := ReadSchema()
	if err != nil {
		t.Fatal(err)
	}
	return info, spec
}

// Every resource of the SDK, and each of its properties down to the innermost, is what the plugin serves: name, kind,
// list or not. A setting of the SDK is one of the plugin.
func TestShapesAreThoseOfTheSDK(t *testing.T) {
	info, spec := served(t)
	for terraform, resource := range info.Resources {
		properties, token := info.P.ResourcesMap().Get(terraform).Schema(), string(resource.Tok)
		sdk := spec.Resources[token]
		same(t, token, shape.OfBridge(properties, resource.Fields), shape.OfSDK(sdk.Properties, spec.Types))
		same(t, token+" inputs", inputs(properties, resource.Fields), shape.OfSDK(sdk.InputProperties, spec.Types))
		needed(t, token, properties, resource.Fields, sdk.RequiredInputs)
	}
	for terraform, source := range info.DataSources {
		properties, token := info.P.DataSourcesMap().Get(terraform).Schema(), string(source.Tok)
		sdk := spec.Functions[token]
		outputs := sdk.ReturnType.ObjectTypeSpec.Properties
		same(t, token, withID(shape.OfBridge(properties, source.Fields)), withID(shape.OfSDK(outputs, spec.Types)))
		same(t, token+" inputs", inputs(properties, source.Fields), shape.OfSDK(sdk.Inputs.Properties, spec.Types))
		needed(t, token, properties, source.Fields, sdk.Inputs.Required)
	}
	same(t, "config", shape.OfBridge(info.P.Schema(), info.Config), shape.OfSDK(spec.Config.Variables, spec.Types))
	if len(info.Resources) != len(spec.Resources) || len(info.DataSources) != len(spec.Functions) {
		t.Errorf("%d of %d resources, %d of %d data sources", len(info.Resources), len(spec.Resources),
			len(info.DataSources), len(spec.Functions))
	}
}

func same(t *testing.T, what string, plugin, sdk *shape.Shape) {
	t.Helper()
	if equal, where := shape.Equal(plugin, sdk); !equal {
		t.Errorf("%s%s (here the plugin, there the SDK)", what, where)
	}
}

func inputs(properties shim.SchemaMap, fields map[string]*tfbridge.SchemaInfo) *shape.Shape {
	all := shape.OfBridge(properties, fields)
	properties.Range(func(terraform string, property shim.Schema) bool {
		if !property.Optional() && !property.Required() {
			delete(all.Fields, tfbridge.TerraformToPulumiNameV2(terraform, properties, fields))
		}
		return true
	})
	return all
}

// needed compares what must be given: what Terraform requires, but for a name that is made up.
func needed(t *testing.T, what string, properties shim.SchemaMap, fields map[string]*tfbridge.SchemaInfo, want []string) {
	t.Helper()
	var got []string
	properties.Range(func(terraform string, property shim.Schema) bool {
		if field := fields[terraform]; property.Required() && (field == nil || field.Default == nil) {
			got = append(got, tfbridge.TerraformToPulumiNameV2(terraform, properties, fields))
		}
		return true
	})
	slices.Sort(got)
	want = slices.Clone(want)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s requires %v in the plugin and %v in the SDK", what, got, want)
	}
}

// withID adds what every data source gives, said in Terraform's schema or not.
func withID(of *shape.Shape) *shape.Shape {
	of.Fields["id"] = &shape.Shape{Kind: "string"}
	return of
}
