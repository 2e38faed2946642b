package main

import (
	"os"
	"os/exec"
	"path/filepath"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// InstallDependencies is `pulumi install`: what the lock file says where there is one.
func (h *host) InstallDependencies(
	request *pulumirpc.InstallDependenciesRequest, stream pulumirpc.LanguageRuntime_InstallDependenciesServer,
) error {
	how := "install"
	if _, err := os.Stat(filepath.Join(request.Info.ProgramDirectory, "package-lock.json")); err == nil {
		how = "ci"
	}
	command := exec.CommandContext(stream.Context(), "npm", how, "--no-audit", "--no-fund")
	command.Dir = request.Info.ProgramDirectory
	return streamed(command,
		func(text []byte) error { return stream.Send(&pulumirpc.InstallDependenciesResponse{Stdout: text}) },
		func(text []byte) error { return stream.Send(&pulumirpc.InstallDependenciesResponse{Stderr: text}) })
}
