package kubelet

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// launch says how a process of a container is started.
type launch struct {
	network string       // file of the network namespace; "" for the host's
	prepare func() error // makes the root, in a mount namespace of its own. Nil: the root is there
	root    string       // folder that becomes its root
	command []string     // the program by its path, and its arguments
	folder  string       // where it starts
	env     []string     // NAME=value
	user    *syscall.Credential
	keep    map[string]bool // capabilities that it may have at all
	confine bool            // whether it can never get more rights than it has
	output  io.Writer
}

// process is one that was started.
type process struct {
	command *exec.Cmd
	done    chan struct{} // closed when it has ended
}

// start starts it. The kernel kills it when this program ends.
func start(l launch) (*process, error) {
	p := &process{done: make(chan struct{})}
	started := make(chan error)
	go func() {
		// The thread goes into the namespaces, and the process inherits them. It is never unlocked, so that it ends with this function;
		// the signal comes when this thread ends, not the program: so it waits with the process.
		runtime.LockOSThread()
		err := l.enter()
		if err == nil {
			p.command = &exec.Cmd{
				Path: l.command[0], Args: l.command, Env: l.env, Dir: l.folder, Stdout: l.output, Stderr: l.output, WaitDelay: time.Second,
				SysProcAttr: &syscall.SysProcAttr{Chroot: l.root, Credential: l.user, Setpgid: true, Pdeathsig: syscall.SIGKILL},
			}
			err = p.command.Start()
		}
		started <- err
		if err == nil {
			_ = p.command.Wait()
		}
		close(p.done)
	}()
	return p, <-started
}

// enter brings the thread to where the process is to be.
func (l launch) enter() error {
	if l.prepare != nil {
		if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
			return err
		}
		if err := l.prepare(); err != nil {
			return err
		}
	}
	if l.network != "" {
		file, err := os.Open(l.network)
		if err != nil {
			return err
		}
		defer file.Close()
		if err := unix.Setns(int(file.Fd()), unix.CLONE_NEWNET); err != nil {
			return err
		}
	}
	for number, name := range capabilities {
		if l.keep[name] {
			continue
		}
		// EINVAL: an older kernel does not know it
		if err := unix.Prctl(unix.PR_CAPBSET_DROP, uintptr(number), 0, 0, 0); err != nil && !errors.Is(err, unix.EINVAL) {
			return fmt.Errorf("the capability %s cannot be taken away: %w", name, err)
		}
	}
	if l.confine {
		return unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
	}
	return nil
}

// signal asks it to end.
func (p *process) signal(signal syscall.Signal) { _ = p.command.Process.Signal(signal) }

// kill ends it, and what it has started.
func (p *process) kill() { _ = syscall.Kill(-p.command.Process.Pid, syscall.SIGKILL) }

// exit is how it ended, as a shell would say: 128 and the signal, if one ended it.
func (p *process) exit() (code, signal int32) {
	status, _ := p.command.ProcessState.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		return 128 + int32(status.Signal()), int32(status.Signal())
	}
	return int32(status.ExitStatus()), 0
}

// capabilities by their numbers, as linux/capability.h has them.
var capabilities = []string{
	"CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE",
	"NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN",
	"SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE",
	"MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF", "CHECKPOINT_RESTORE",
}
