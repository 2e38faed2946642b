package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// resolve asks Node itself where a module of the SDK is, as seen from the folder.
func resolve(folder, module string) (string, error) {
	command := exec.Command("node", "-p", "require.resolve(process.argv[1], { paths: [process.cwd()] })", module)
	command.Dir = folder
	found, err := command.Output()
	if err != nil {
		return "", status.Errorf(codes.FailedPrecondition,
			"%s cannot be found from %s: is node on the PATH, and did npm ci run there?", module, folder)
	}
	return strings.TrimSpace(string(found)), nil
}

// option is a runtime option of Pulumi.yaml or PulumiPolicy.yaml, as text; "" when it is not given.
func option(info *pulumirpc.ProgramInfo, name string) string {
	value := info.GetOptions().GetFields()[name]
	if value == nil {
		return ""
	}
	switch found := value.AsInterface().(type) {
	case string:
		return found
	case bool:
		return strconv.FormatBool(found)
	}
	return ""
}

// stripsTypes says whether Node runs TypeScript as it is. Otherwise the SDK puts a compiler before it.
func stripsTypes(info *pulumirpc.ProgramInfo) bool { return option(info, "typescript") == "false" }

// settings are the environment and the flags of a Node that runs the program.
func settings(info *pulumirpc.ProgramInfo, environment []string) (variables, flags []string) {
	variables = environment
	if !stripsTypes(info) {
		variables = append(variables, "PULUMI_NODEJS_TYPESCRIPT=true")
	}
	if path := option(info, "tsconfig"); path != "" {
		variables = append(variables, "PULUMI_NODEJS_TSCONFIG_PATH="+path)
	}
	return variables, strings.Fields(option(info, "nodeargs"))
}

// entry is what to run, relative to the program's folder.
func entry(info *pulumirpc.ProgramInfo) string {
	if info.EntryPoint == "" {
		return "."
	}
	return info.EntryPoint
}

// mainFile is the file that runs for the entry point: itself, or what the folder's package.json or Node's habit names.
func mainFile(info *pulumirpc.ProgramInfo) (string, error) {
	path := filepath.Join(info.ProgramDirectory, entry(info))
	if found, err := os.Stat(path); err == nil && !found.IsDir() {
		return path, nil
	}
	for _, name := range []string{path, filepath.Join(path, "index.ts"), filepath.Join(path, "index.mts")} {
		if found, err := resolve(info.ProgramDirectory, name); err == nil {
			return found, nil
		}
	}
	return "", fmt.Errorf("%s has no index.ts, index.js or package.json with \"main\"", path)
}
