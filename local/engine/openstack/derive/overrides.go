package main

import (
	"fmt"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"

	"estate/local/engine/openstack/provider"
	"estate/local/engine/openstack/shape"
)

// overrides finds what the SDK calls otherwise than the bridge would, and what it keeps as a list although it holds at
// most one. A property is what the SDK calls by the same name when both hold the same and are both deprecated or both
// not; each of the others must have exactly one other counterpart. So the subnet's allocation_pool is allocationPools,
// because the SDK deprecates allocationPoolsCollection only.
func overrides(of string, properties shim.SchemaMap, sdk *shape.Shape) (map[string]provider.Override, error) {
	found, usual := map[string]provider.Override{}, map[string]string{}
	lists := map[string]*tfbridge.SchemaInfo{}
	properties.Range(func(terraform string, property shim.Schema) bool {
		if property.Removed() == "" {
			usual[terraform] = tfbridge.TerraformToPulumiNameV2(terraform, properties, lists)
			if asList := list(terraform, properties); asList != nil && alike(asList.shape, sdk.Fields[asList.name]) {
				usual[terraform], lists[terraform] = asList.name, asList.info
				found[terraform] = provider.Override{List: true}
			}
		}
		return true
	})
	bridged := shape.OfBridge(properties, lists)
	for terraform, name := range usual {
		if alike(bridged.Fields[name], sdk.Fields[name]) {
			continue
		}
		other, err := counterpart(bridged, sdk, name)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", of, terraform, err)
		}
		if other != name {
			found[terraform] = provider.Override{Name: other, List: found[terraform].List}
		}
	}
	return found, nil
}

// counterpart is the one property of the SDK that can be meant by what the bridge calls by the name.
func counterpart(bridged, sdk *shape.Shape, name string) (string, error) {
	var candidates []string
	for other := range sdk.Fields {
		if alike(bridged.Fields[name], sdk.Fields[other]) && !alike(bridged.Fields[other], sdk.Fields[other]) {
			candidates = append(candidates, other)
		}
	}
	same, where := shape.Equal(bridged.Fields[name], sdk.Fields[name])
	switch {
	case len(candidates) == 1:
		return candidates[0], nil
	case len(candidates) == 0 && same: // they only disagree about its being deprecated
		return name, nil
	}
	return "", fmt.Errorf("%s may be any of %v in the SDK (%s)", name, candidates, where)
}

type asList struct {
	name  string
	shape *shape.Shape
	info  *tfbridge.SchemaInfo
}

// list is a list of at most one element, which the bridge makes the element itself, as the list that it is.
func list(terraform string, properties shim.SchemaMap) *asList {
	if !tfbridge.IsMaxItemsOne(properties.Get(terraform), nil) {
		return nil
	}
	info := &tfbridge.SchemaInfo{MaxItemsOne: tfbridge.False()}
	infos := map[string]*tfbridge.SchemaInfo{terraform: info}
	name := tfbridge.TerraformToPulumiNameV2(terraform, properties, infos)
	return &asList{name, shape.OfBridge(properties, infos).Fields[name], info}
}

func alike(a, b *shape.Shape) bool {
	if a == nil || b == nil {
		return false
	}
	same, _ := shape.Equal(a, b)
	return same && a.Deprecated == b.Deprecated
}
