package remote

import (
	"context"
	"fmt"
	"strings"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"golang.org/x/crypto/ssh"

	"estate/local/engine/command/output"
)

// graceful is how long a cancelled command may take to end by itself.
const graceful = 5 * time.Second

const acceptEnv = "Unable to set '%s'. This only works if your SSH server is configured to accept these variables " +
	"via AcceptEnv. Alternatively, if a Bash-like shell runs the command on the remote host, you could prefix the " +
	"command itself with the variables in the form 'VAR=value command'"

// run executes one command on the host and, when it succeeded, sets the outputs.
func (s *CommandOutputs) run(ctx context.Context, command string) error {
	host, err := s.Connection.dial(ctx)
	if err != nil {
		return err
	}
	defer host.close()
	session, err := host.NewSession()
	if err != nil {
		return err
	}
	defer func() { _ = session.Close() }()
	if err := s.setEnvironment(ctx, session); err != nil {
		return err
	}
	if s.Stdin != nil && *s.Stdin != "" {
		session.Stdin = strings.NewReader(*s.Stdin)
	}
	capture := output.NewCapture(ctx, s.Logging)
	session.Stdout, session.Stderr = capture.Stdout(), capture.Stderr()

	stop := context.AfterFunc(ctx, func() {
		_ = session.Signal(ssh.SIGTERM)
		time.AfterFunc(graceful, host.close)
	})
	defer stop()
	if err := session.Run(command); err != nil {
		if ctx.Err() != nil {
			err = fmt.Errorf("cancelled: %w", err)
		}
		return capture.Failed(err, command)
	}
	s.Stdout, s.Stderr = capture.Result()
	return nil
}

// setEnvironment fails where the host takes no variable of the program, but not where it takes no previous output.
func (s *CommandOutputs) setEnvironment(ctx context.Context, session *ssh.Session) error {
	for name, value := range s.Environment {
		if err := session.Setenv(name, value); err != nil {
			p.GetLogger(ctx).Errorf(acceptEnv, name)
			return fmt.Errorf("could not set environment variable %q: %w", name, err)
		}
	}
	if !or(s.AddPreviousOutputInEnv, true) {
		return nil
	}
	for name, value := range map[string]string{output.PreviousStdout: s.Stdout, output.PreviousStderr: s.Stderr} {
		if value == "" {
			continue
		}
		if err := session.Setenv(name, value); err != nil {
			p.GetLogger(ctx).Warningf(acceptEnv, name)
		}
	}
	return nil
}
