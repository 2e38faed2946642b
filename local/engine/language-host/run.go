package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// reported is the SDK's exit status for "the user has been told what is wrong".
const reported = 32

// Run runs a program to its end.
func (h *host) Run(ctx context.Context, request *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	starter, err := resolve(request.Info.ProgramDirectory, "@pulumi/pulumi/cmd/run")
	if err != nil {
		return nil, err
	}
	variables, flags, err := configured(request)
	if err != nil {
		return nil, err
	}
	arguments := append(append(flags, starter), h.directions(request)...)
	arguments = append(append(arguments, entry(request.Info)), request.Args...)
	command := bound(exec.CommandContext(ctx, "node", arguments...))
	command.Dir, command.Env, command.Stdout, command.Stderr = request.Pwd, variables, os.Stdout, os.Stderr
	err = command.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return &pulumirpc.RunResponse{}, nil
	case errors.As(err, &exit) && exit.ExitCode() == reported:
		return &pulumirpc.RunResponse{Bail: true}, nil
	case errors.As(err, &exit):
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("the program ended with status %d", exit.ExitCode())}, nil
	}
	return nil, err
}

// configured adds the stack's configuration to the environment, where the SDK reads it.
func configured(request *pulumirpc.RunRequest) (variables, flags []string, err error) {
	config := request.Config
	if config == nil {
		config = map[string]string{}
	}
	values, err := json.Marshal(config)
	if err != nil {
		return nil, nil, err
	}
	secret, err := json.Marshal(request.ConfigSecretKeys)
	if err != nil {
		return nil, nil, err
	}
	variables, flags = settings(request.Info, append(os.Environ(),
		"PULUMI_CONFIG="+string(values), "PULUMI_CONFIG_SECRET_KEYS="+string(secret)))
	return variables, flags, nil
}

// directions are the flags of the SDK's starter.
func (h *host) directions(request *pulumirpc.RunRequest) (flags []string) {
	for _, flag := range [][2]string{
		{"monitor", request.MonitorAddress},
		{"engine", h.engineAddress()},
		{"organization", request.Organization},
		{"project", request.Project},
		{"root-directory", request.Info.RootDirectory},
		{"stack", request.Stack},
		{"pwd", request.Pwd},
		{"parallel", strconv.Itoa(int(request.Parallel))},
	} {
		if flag[1] != "" {
			flags = append(flags, "--"+flag[0], flag[1])
		}
	}
	if request.DryRun {
		flags = append(flags, "--dry-run")
	}
	return flags
}
