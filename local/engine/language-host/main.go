// The Node language host of Pulumi, for where the official one cannot be had: it runs programs, policy packs and
// plugins written for Node.js, on behalf of the engine.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

func main() {
	if err := serve(engineAddress(os.Args[1:])); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// engineAddress is the one argument. The engine may add flags, such as -tracing; those it knows nothing of must not be
// fatal to the host either, so they are let through.
func engineAddress(arguments []string) string {
	flags := flag.NewFlagSet("pulumi-language-nodejs", flag.ContinueOnError)
	for _, name := range []string{"tracing", "typescript", "tsconfig", "nodeargs", "packagemanager", "root", "runtime"} {
		flags.String(name, "", "")
	}
	flags.SetOutput(io.Discard)
	_ = flags.Parse(arguments)
	return flags.Arg(0)
}

// serve answers the engine until it is gone. The port it listens on, on the loopback, is the first line it prints.
func serve(engine string) error {
	life, end := context.WithCancel(context.Background())
	defer end()
	if engine != "" {
		if err := rpcutil.Healthcheck(life, engine, 5*time.Minute, end); err != nil {
			return fmt.Errorf("no engine at %s: %w", engine, err)
		}
	}
	stop := make(chan bool)
	go func() { <-life.Done(); close(stop) }()
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: stop,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, &host{engine: engine})
			return nil
		},
	})
	if err != nil {
		return err
	}
	fmt.Println(handle.Port)
	return <-handle.Done
}
