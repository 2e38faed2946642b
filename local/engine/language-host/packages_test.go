package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// tree writes package.json files into a new folder, and gives the folder of the program in it.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for path, text := range files {
		file := filepath.Join(root, path, "package.json")
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(root, "program")
}

func program(t *testing.T) *pulumirpc.ProgramInfo {
	return &pulumirpc.ProgramInfo{ProgramDirectory: tree(t, map[string]string{
		"program":                           `{"dependencies":{"@pulumi/openstack":"3","estate-parts":"1","gone":"1"}}`,
		"node_modules/@pulumi/openstack":    `{"name":"@pulumi/openstack","version":"v3.15.2","pulumi":{"resource":true,"name":"openstack"}}`,
		"node_modules/@pulumi/aws":          `{"name":"@pulumi/aws","version":"7.0.0","pulumi":{"resource":true}}`,
		"program/node_modules/estate-parts": `{"name":"estate-parts","version":"1.0.0","dependencies":{"@pulumi/command":"1"}}`,
		"node_modules/@pulumi/command":      `{"name":"@pulumi/command","version":"1.2.1","dependencies":{"estate-parts":"1"},"pulumi":{"resource":true}}`,
	})}
}

func TestRequiredAreTheDependenciesAndTheirs(t *testing.T) {
	answer, err := new(host).GetRequiredPackages(context.Background(),
		&pulumirpc.GetRequiredPackagesRequest{Info: program(t)})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, one := range answer.Packages {
		got = append(got, one.Kind+" "+one.Name+" "+one.Version)
	}
	if want := []string{"resource command v1.2.1", "resource openstack v3.15.2"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestDependenciesAreListedDirectOrAll(t *testing.T) {
	for all, want := range map[bool][]string{
		false: {"@pulumi/openstack", "estate-parts"},
		true:  {"@pulumi/command", "@pulumi/openstack", "estate-parts"},
	} {
		answer, err := new(host).GetProgramDependencies(context.Background(),
			&pulumirpc.GetProgramDependenciesRequest{Info: program(t), TransitiveDependencies: all})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, one := range answer.Dependencies {
			got = append(got, one.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("transitive %v: got %v, want %v", all, got, want)
		}
	}
}

func TestTheEngineMayAddFlags(t *testing.T) {
	for _, arguments := range [][]string{{"127.0.0.1:5"}, {"-tracing", "http://x", "127.0.0.1:5"}, {"-root=/", "127.0.0.1:5"}} {
		if got := engineAddress(arguments); got != "127.0.0.1:5" {
			t.Errorf("%v: %q", arguments, got)
		}
	}
}
