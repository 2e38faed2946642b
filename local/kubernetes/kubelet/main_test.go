package kubelet

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// What a container of the tests runs is this program, told by its first argument.
var acts = map[string]func(){
	"show": show, "serve": serve, "stubborn": stubborn, "follow": follow, "fail": func() { os.Exit(3) }, "succeed": func() { os.Exit(0) }, "wait": func() { time.Sleep(time.Hour) },
}

// TestMain runs the tests in namespaces of their own, with a /run of their own: the kernel clears up, however they end. They are locked into
// a root that is mounted elsewhere, as a host's programs are on the local stack: a path that holds outside of it does not hold inside.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && acts[os.Args[1]] != nil {
		acts[os.Args[1]]()
		return
	}
	const inside = "ESTATE_TEST_INSIDE"
	switch os.Getenv(inside) {
	case "namespaces":
		panic(lockIn(inside, "root"))
	case "root":
		for _, name := range []string{"show", "serve", "stubborn", "follow", "fail", "succeed", "wait"} {
			programs["example.test/"+name] = program{command: []string{selfPath, name}}
		}
		os.Exit(m.Run())
	}
	command := exec.Command("/proc/self/exe", os.Args[1:]...)
	command.Env = append(os.Environ(), inside+"=namespaces")
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	command.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	if os.Getuid() != 0 {
		command.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		command.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		command.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		panic(err)
	}
	os.Exit(command.ProcessState.ExitCode())
}

// lockIn starts this program anew in a root of its own. It returns only when it cannot.
func lockIn(variable, value string) error {
	const folder = "/run/host"
	own, err := os.Executable()
	at, missing := os.Getwd()
	return errors.Join(
		err, missing, unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""), unix.Mount("tmpfs", "/run", "tmpfs", 0, ""), loopbackUp(), os.Mkdir(folder, 0o755),
		unix.Mount("/", folder, "", unix.MS_BIND|unix.MS_REC, ""), unix.Chroot(folder), os.Chdir(at), unix.Mount("tmpfs", "/run", "tmpfs", 0, ""),
		os.Setenv(variable, value), unix.Exec(own, os.Args, os.Environ()),
	)
}

// said collects the lines that pods say.
type said struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (s *said) line(line string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.text.WriteString(line + "\n")
}

func (s *said) has(part string) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return strings.Contains(s.text.String(), part)
}

func (s *said) all() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.text.String()
}

// until waits for something to hold.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("not within 15 s: %s", what)
}
