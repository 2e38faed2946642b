package k3s

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// child is a component that runs as a process of its own, from this same program.
type child struct {
	name    string
	process *exec.Cmd
	done    chan struct{}
	mutex   sync.Mutex
	last    string // the last line that looked like an error
	onLine  func(line string)
}

// startChild starts a component. Its output goes to ours, each line marked with its name. The kernel kills it when we die.
func startChild(name string, args []string, onLine func(string)) (*child, error) {
	c := &child{name: name, done: make(chan struct{}), onLine: onLine}
	c.process = exec.Command("/proc/self/exe", args...)
	c.process.Args[0] = name
	c.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	reader, writer := io.Pipe()
	c.process.Stdout, c.process.Stderr = writer, writer
	go c.copyLines(reader)
	started := make(chan error)
	go func() {
		// The signal comes when the thread that started the process ends, not the process: so this thread waits with it.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := c.process.Start()
		started <- err
		if err == nil {
			_ = c.process.Wait()
		}
		_ = writer.Close()
		close(c.done)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("failed to start %s: %w", name, err)
	}
	return c, nil
}

func (c *child) copyLines(reader io.Reader) {
	scanner := bufio.NewScanner(reader)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		line := scanner.Text()
		writeLine("[" + c.name + "] " + line)
		if c.onLine != nil {
			c.onLine(line)
		}
		if strings.HasPrefix(line, "Error:") || strings.HasPrefix(line, "F") || strings.HasPrefix(line, "E") || strings.Contains(line, `"level":"fatal"`) || strings.Contains(line, "panic:") {
			c.mutex.Lock()
			c.last = line
			c.mutex.Unlock()
		}
	}
	_, _ = io.Copy(io.Discard, reader)
}

func (c *child) alive() bool {
	select {
	case <-c.done:
		return false
	default:
		return true
	}
}

// ended tells how it ended, once it has.
func (c *child) ended() error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	state := "ended"
	if c.process.ProcessState != nil {
		state = c.process.ProcessState.String()
	}
	if c.last != "" {
		return fmt.Errorf("%s ended (%s): %s", c.name, state, c.last)
	}
	return fmt.Errorf("%s ended (%s)", c.name, state)
}

// stop asks it to end and kills it after a while.
func (c *child) stop(patience time.Duration) {
	if c == nil || !c.alive() {
		return
	}
	_ = c.process.Process.Signal(syscall.SIGTERM)
	select {
	case <-c.done:
	case <-time.After(patience):
		_ = c.process.Process.Kill()
		<-c.done
	}
}

// keepRunning starts a component and starts it again when it ends, until the context is over or it ends too often.
// k3s itself would end as a whole; the outcome is the same, but here the others go on meanwhile.
func keepRunning(ctx context.Context, name string, args []string, current func(*child)) error {
	const often, within = 5, 2 * time.Minute
	var ends []time.Time
	for {
		c, err := startChild(name, args, nil)
		if err != nil {
			return err
		}
		current(c)
		select {
		case <-ctx.Done():
			return nil
		case <-c.done:
		}
		if ctx.Err() != nil {
			return nil
		}
		failure("%v", c.ended())
		ends = append(ends, time.Now())
		if len(ends) >= often && time.Since(ends[len(ends)-often]) < within {
			return tell(c.ended(), "%s of this server ended %d times in a row: %s", name, often, lastPart(c.ended().Error()))
		}
		if sleep(ctx, time.Second) != nil {
			return nil
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
