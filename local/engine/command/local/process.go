package local

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"sort"
	"strings"
	"syscall"
	"time"

	"estate/local/engine/command/output"
)

// graceful is how long a cancelled command may take to end by itself.
const graceful = 5 * time.Second

// run executes one command and, when it succeeded, sets the outputs. `outputs` holds those of the run before.
func run(ctx context.Context, command string, inputs BaseInputs, outputs *BaseOutputs) error {
	words := []string{"/bin/sh", "-c"}
	if inputs.Interpreter != nil && len(*inputs.Interpreter) > 0 {
		words = *inputs.Interpreter
	}
	words = append(append([]string{}, words...), command)

	process := exec.CommandContext(ctx, words[0], words[1:]...)
	// A group of its own, so that a cancelled command takes its children with it.
	process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	process.Cancel = func() error { return endGroup(process.Process.Pid) }
	directory, err := workingDirectory(inputs)
	if err != nil {
		return err
	}
	process.Dir = directory
	process.Env = append(os.Environ(), environment(inputs, *outputs)...)
	if inputs.Stdin != nil && *inputs.Stdin != "" {
		process.Stdin = strings.NewReader(*inputs.Stdin)
	}
	capture := output.NewCapture(ctx, inputs.Logging)
	process.Stdout, process.Stderr = capture.Stdout(), capture.Stderr()
	if err := process.Run(); err != nil {
		if ctx.Err() != nil {
			err = fmt.Errorf("cancelled: %w", err)
		}
		return capture.Failed(err, command)
	}

	if err := collectFiles(directory, inputs, outputs); err != nil {
		return err
	}
	outputs.Stdout, outputs.Stderr = capture.Result()
	return nil
}

// endGroup asks a process group to end, and kills what is left of it after the time of grace.
func endGroup(leader int) error {
	time.AfterFunc(graceful, func() { _ = syscall.Kill(-leader, syscall.SIGKILL) })
	return syscall.Kill(-leader, syscall.SIGTERM)
}

func workingDirectory(inputs BaseInputs) (string, error) {
	if inputs.Dir != nil {
		return *inputs.Dir, nil
	}
	return os.Getwd()
}

// environment lists what is added to the plugin's own environment, in a stable order.
func environment(inputs BaseInputs, previous BaseOutputs) []string {
	var added []string
	if inputs.Environment != nil {
		for name, value := range *inputs.Environment {
			added = append(added, name+"="+value)
		}
		sort.Strings(added)
	}
	if inputs.AddPreviousOutputInEnv == nil || *inputs.AddPreviousOutputInEnv {
		if previous.Stdout != "" {
			added = append(added, output.PreviousStdout+"="+previous.Stdout)
		}
		if previous.Stderr != "" {
			added = append(added, output.PreviousStderr+"="+previous.Stderr)
		}
	}
	return added
}
