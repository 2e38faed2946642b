package local

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"
)

// Run is the function command:local:run: one command, run in previews too.
type Run struct{}

// RunInputs are the arguments of the function.
type RunInputs struct {
	BaseInputs
	Command string `pulumi:"command"`
}

// RunOutputs are what the function answers.
type RunOutputs struct {
	RunInputs
	BaseOutputs
}

// Invoke runs the command.
func (*Run) Invoke(
	ctx context.Context, req infer.FunctionRequest[RunInputs],
) (infer.FunctionResponse[RunOutputs], error) {
	answer := RunOutputs{RunInputs: req.Input}
	err := run(ctx, req.Input.Command, req.Input.BaseInputs, &answer.BaseOutputs)
	return infer.FunctionResponse[RunOutputs]{Output: answer}, err
}
