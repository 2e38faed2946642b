// Package output turns what a command writes into properties and into log lines.
package output

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
)

// The variables in which an update or delete finds what the run before it wrote.
const (
	PreviousStdout = "PULUMI_COMMAND_STDOUT"
	PreviousStderr = "PULUMI_COMMAND_STDERR"
)

// Logging says which of the two streams appear as log lines; both are kept as properties in any case.
type Logging string

// The values of Logging.
const (
	Stdout          Logging = "stdout"
	Stderr          Logging = "stderr"
	StdoutAndStderr Logging = "stdoutAndStderr"
	None            Logging = "none"
)

// Values lists the enumeration for the schema.
func (Logging) Values() []infer.EnumValue[Logging] {
	return []infer.EnumValue[Logging]{
		{Name: "stdout", Value: Stdout, Description: "Capture stdout in logs but not stderr"},
		{Name: "stderr", Value: Stderr, Description: "Capture stderr in logs but not stdout"},
		{Name: "stdoutAndStderr", Value: StdoutAndStderr, Description: "Capture stdout and stderr in logs"},
		{Name: "none", Value: None, Description: "Capture no logs"},
	}
}

// Shows says whether the lines of a stream are logged; nothing given means both streams.
func (l *Logging) Shows(stream Logging) bool {
	return l == nil || *l == stream || *l == StdoutAndStderr
}

// Capture collects both streams of one command.
type Capture struct {
	mutex          sync.Mutex
	stdout, stderr bytes.Buffer
	both           bytes.Buffer
	lines          *lineLogger
	logging        *Logging
}

// NewCapture logs to the engine the context belongs to.
func NewCapture(ctx context.Context, logging *Logging) *Capture {
	return &Capture{lines: &lineLogger{say: p.GetLogger(ctx).InfoStatus}, logging: logging}
}

// Stdout takes the command's standard output.
func (c *Capture) Stdout() io.Writer { return stream{c, &c.stdout, c.logging.Shows(Stdout)} }

// Stderr takes the command's standard error.
func (c *Capture) Stderr() io.Writer { return stream{c, &c.stderr, c.logging.Shows(Stderr)} }

// Result ends the capture: the two streams without their last line end.
func (c *Capture) Result() (stdout, stderr string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.lines.flush()
	return strings.TrimSuffix(c.stdout.String(), "\n"), strings.TrimSuffix(c.stderr.String(), "\n")
}

// Failed wraps the error of a command with its text and all it wrote.
func (c *Capture) Failed(err error, command string) error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.lines.flush()
	return fmt.Errorf("%w: running %q:\n%s", err, command, c.both.String())
}

type stream struct {
	capture *Capture
	buffer  *bytes.Buffer
	logged  bool
}

func (s stream) Write(data []byte) (int, error) {
	s.capture.mutex.Lock()
	defer s.capture.mutex.Unlock()
	s.buffer.Write(data)
	s.capture.both.Write(data)
	if s.logged {
		s.capture.lines.write(data)
	}
	return len(data), nil
}

// lineLogger says complete lines at once and keeps an unfinished one.
type lineLogger struct {
	say  func(string)
	rest []byte
}

func (l *lineLogger) write(data []byte) {
	l.rest = append(l.rest, data...)
	for {
		end := bytes.IndexByte(l.rest, '\n')
		if end < 0 {
			return
		}
		l.say(strings.TrimSuffix(string(l.rest[:end]), "\r"))
		l.rest = l.rest[end+1:]
	}
}

func (l *lineLogger) flush() {
	if len(l.rest) > 0 {
		l.say(string(l.rest))
		l.rest = nil
	}
}
