// Compose reads a project as docker-compose does, by the library of that program, and prints what it comes to. It runs no container.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

type files []string

func (f *files) String() string { return fmt.Sprint(*f) }

func (f *files) Set(file string) error {
	*f = append(*f, file)
	return nil
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run takes the flags and commands of docker-compose that hosts use.
func run(args []string) error {
	var paths files
	flags := flag.NewFlagSet("docker-compose", flag.ContinueOnError)
	flags.Var(&paths, "file", "a file of the project")
	name := flags.String("project-name", "", "its name")
	folder := flags.String("project-directory", "", "where its relative paths begin, and its .env is")
	flags.String("ansi", "", "as docker-compose has it")
	if err := flags.Parse(args); err != nil {
		return err
	}
	project, err := load(paths, *name, *folder)
	if err != nil {
		return err
	}
	switch command := flags.Arg(0); {
	case command == "config" && slices.Contains(flags.Args(), "--images"):
		for _, image := range images(project) {
			fmt.Println(image)
		}
	case command == "config":
		text, err := project.MarshalJSON()
		if err != nil {
			return err
		}
		fmt.Println(string(text))
	default:
		return fmt.Errorf("only config is understood here, and not %q", command)
	}
	return nil
}

// load merges the files, with the values of the project's .env and of no other environment.
func load(paths []string, name, folder string) (*types.Project, error) {
	options, err := cli.NewProjectOptions(paths, cli.WithWorkingDirectory(folder), cli.WithName(name), cli.WithEnvFiles(), cli.WithDotEnv)
	if err != nil {
		return nil, err
	}
	return options.LoadProject(context.Background())
}

func images(project *types.Project) []string {
	var all []string
	for _, service := range project.Services {
		all = append(all, service.Image)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
