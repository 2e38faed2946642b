package main

import (
	_ "embed"
	"errors"
	"os"
	"os/exec"
	"path/filepath"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

//go:embed start-pack.cjs
var startPack string

// RunPlugin runs a policy pack (an "analyzer") or another plugin written for Node. It prints its port, which the engine
// reads from our stream, and lives until the engine closes that.
func (h *host) RunPlugin(
	request *pulumirpc.RunPluginRequest, stream pulumirpc.LanguageRuntime_RunPluginServer,
) error {
	arguments, variables, err := pluginCommand(request)
	if err != nil {
		return err
	}
	command := exec.CommandContext(stream.Context(), "node", arguments...)
	command.Dir, command.Env = request.Pwd, variables
	if request.Kind == "analyzer" {
		command.Dir = request.Info.ProgramDirectory // @pulumi/policy reads the package.json of the working directory
	}
	err = streamed(command,
		func(text []byte) error {
			return stream.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stdout{Stdout: text}})
		},
		func(text []byte) error {
			return stream.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stderr{Stderr: text}})
		})
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code := int32(exit.ExitCode())
		return stream.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: code}})
	}
	return err
}

func pluginCommand(request *pulumirpc.RunPluginRequest) (arguments, variables []string, err error) {
	environment := request.Env
	if len(environment) == 0 {
		environment = os.Environ()
	}
	variables, arguments = settings(request.Info, environment)
	if request.Kind == "analyzer" && stripsTypes(request.Info) {
		// The SDK's own starter of packs always puts a compiler in the way.
		file, err := mainFile(request.Info)
		return append(append(arguments, "-e", startPack, file), request.Args...), variables, err
	}
	module, folder := "@pulumi/pulumi/cmd/run-plugin", request.Info.ProgramDirectory
	if request.Kind == "analyzer" {
		module = "@pulumi/pulumi/cmd/run-policy-pack"
	}
	starter, err := resolve(folder, module)
	if err != nil {
		return nil, nil, err
	}
	if arguments = append(arguments, starter); request.Kind == "analyzer" {
		return append(append(arguments, request.Args...), filepath.Join(folder, entry(request.Info))), variables, nil
	}
	return append(append(arguments, folder), request.Args...), variables, nil
}
