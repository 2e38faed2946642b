package main

import (
	"bytes"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// bound makes a child go with us, however we end. When its request is cancelled it is asked first.
func bound(command *exec.Cmd) *exec.Cmd {
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if command.Cancel != nil {
		command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
		command.WaitDelay = 5 * time.Second
	}
	return command
}

// streamed runs a command and hands on what it prints at once, one piece at a time.
func streamed(command *exec.Cmd, stdout, stderr func([]byte) error) error {
	var guard sync.Mutex
	command.Stdout, command.Stderr = &pipe{&guard, stdout}, &pipe{&guard, stderr}
	return bound(command).Run()
}

type pipe struct {
	guard *sync.Mutex
	send  func([]byte) error
}

func (p *pipe) Write(text []byte) (int, error) {
	p.guard.Lock()
	defer p.guard.Unlock()
	return len(text), p.send(bytes.Clone(text))
}
