package main

import (
	"context"
	"sort"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// GetRequiredPackages names the plugins that the program's dependencies speak to. It names no more than that: the engine
// looks each of them up, and would fail for one that is installed for something else.
func (h *host) GetRequiredPackages(
	_ context.Context, request *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	packages, err := closure(request.Info.ProgramDirectory)
	if err != nil {
		return nil, err
	}
	answer := &pulumirpc.GetRequiredPackagesResponse{}
	for _, one := range packages {
		if one.Pulumi != nil && one.Pulumi.Resource {
			answer.Packages = append(answer.Packages, plugin(one))
		}
	}
	sort.Slice(answer.Packages, func(i, j int) bool { return answer.Packages[i].Name < answer.Packages[j].Name })
	return answer, nil
}

func plugin(of *manifest) *pulumirpc.PackageDependency {
	needed := &pulumirpc.PackageDependency{
		Kind:    "resource",
		Name:    of.Pulumi.Name,
		Version: of.Pulumi.Version,
		Server:  of.Pulumi.Server,
	}
	if needed.Name == "" {
		needed.Name = strings.TrimPrefix(of.Name, "@pulumi/")
	}
	if needed.Version == "" {
		needed.Version = of.Version
	}
	needed.Version = "v" + strings.TrimPrefix(needed.Version, "v")
	if by := of.Pulumi.Parameterization; by != nil {
		needed.Parameterization = &pulumirpc.PackageParameterization{Name: by.Name, Version: by.Version, Value: by.Value}
	}
	return needed
}

// GetProgramDependencies lists the npm packages for `pulumi about`.
func (h *host) GetProgramDependencies(
	_ context.Context, request *pulumirpc.GetProgramDependenciesRequest,
) (*pulumirpc.GetProgramDependenciesResponse, error) {
	root, err := nearest(request.Info.ProgramDirectory)
	if err != nil {
		return nil, err
	}
	all, err := closure(request.Info.ProgramDirectory)
	if err != nil {
		return nil, err
	}
	answer := &pulumirpc.GetProgramDependenciesResponse{}
	for _, one := range all {
		if _, direct := root.Dependencies[one.Name]; direct || request.TransitiveDependencies {
			answer.Dependencies = append(answer.Dependencies,
				&pulumirpc.DependencyInfo{Name: one.Name, Version: one.Version})
		}
	}
	sort.Slice(answer.Dependencies, func(i, j int) bool {
		return answer.Dependencies[i].Name < answer.Dependencies[j].Name
	})
	return answer, nil
}
