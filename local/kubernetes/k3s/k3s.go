// Package k3s plays k3s on a host of the local stack: from the same files, flags and tokens, over the same ports and
// paths, it makes a real Kubernetes cluster. Containers alone are not real: KWOK plays the pods of a node.
package k3s

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"google.golang.org/grpc/grpclog"
)

// Main runs `k3s <args>` and returns its exit code.
func Main(args []string) int {
	command := ""
	if len(args) > 0 {
		command = args[0]
	}
	switch command {
	case "server", "agent":
	case "--version", "-v":
		fmt.Println("k3s version " + Version + " (played by the local stack)")
		return 0
	default:
		fmt.Fprintf(os.Stderr, "usage: k3s server|agent|kubectl [options]; of k3s %s the local stack plays these\n", Version)
		return 1
	}
	grpclog.SetLoggerV2(grpclog.NewLoggerV2(io.Discard, io.Discard, io.Discard)) // every connection of etcd's clients that closes
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	err := run(ctx, command, args[1:])
	if err == nil || ctx.Err() != nil {
		return 0
	}
	logLine("fatal", "%v", err)
	var known *told
	if errors.As(err, &known) {
		estateReason(known.sentence)
	} else {
		estateReason("k3s " + command + " ended: " + strings.TrimSpace(err.Error()))
	}
	return 1
}

func run(ctx context.Context, command string, args []string) error {
	s, err := parseSettings(command, args, os.Getenv)
	if err != nil {
		return tell(err, "the configuration of k3s %s is wrong: %s", command, err)
	}
	info("Starting k3s %s", Version)
	info("k3s played: this is the local stack's stand-in of k3s; Kubernetes and etcd are real, containers are KWOK's")
	if names := s.notPlayed(); len(names) > 0 {
		info("k3s played: accepted and not acted on here: %s", strings.Join(names, ", "))
	}
	h, err := describeHost(s)
	if err != nil {
		return tell(err, "%s", err)
	}
	for _, ip := range h.ips {
		if !hasAddress(ip) {
			return tell(fmt.Errorf("node IP: %q not found in the host's network interfaces", ip), "node-ip %s is not an address of this host", ip)
		}
	}
	folder, err := filepath.Abs(s.text("data-dir"))
	if err != nil {
		return err
	}
	if command == "server" {
		return runServer(ctx, s, h, folder)
	}
	return runAgentCommand(ctx, s, h, folder)
}

// runAgentCommand is `k3s agent`.
func runAgentCommand(ctx context.Context, s *settings, h host, folder string) error {
	text, err := s.secret("token")
	if err != nil {
		return tell(err, "%s", err)
	}
	if text == "" {
		return tell(errors.New("--token is required"), "the agent has no token")
	}
	server := s.text("server")
	if server == "" {
		return tell(errors.New("--server is required"), "the agent has no server to join")
	}
	a := &agent{settings: s, host: h, folder: filepath.Join(folder, "agent"), server: server, token: text, balancerPort: s.number("lb-server-port")}
	if s.flag("disable-apiserver-lb") {
		a.balancerPort = 0
	}
	return a.run(ctx)
}

// notifyReady tells the service manager that the service is up (sd_notify), where one asks for it.
func notifyReady() {
	path := os.Getenv("NOTIFY_SOCKET")
	if path == "" {
		return
	}
	connection, err := net.Dial("unixgram", path)
	if err != nil {
		return
	}
	defer connection.Close()
	_, _ = connection.Write([]byte("READY=1\n"))
}
