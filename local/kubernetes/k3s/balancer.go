package k3s

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"sync"
	"time"
)

// balancer is the agent's local way to the servers: a port on loopback, behind which every server is tried, so that a
// node outlives the server it joined at. It learns the servers from the servers.
type balancer struct {
	mutex   sync.Mutex
	servers []string // host:port; the one that answered last is first
	join    string   // the address of the configuration, tried last
}

func (a *agent) startBalancer(ctx context.Context) error {
	u, err := url.Parse(a.server)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp4", hostPort("127.0.0.1", a.balancerPort))
	if err != nil {
		return tell(err, "port %d (lb-server-port) cannot be opened: %s", a.balancerPort, lastPart(err.Error()))
	}
	b := &balancer{join: u.Host}
	info("Running load balancer k3s-agent-load-balancer 127.0.0.1:%d -> %v", a.balancerPort, u.Host)
	go func() { <-ctx.Done(); _ = listener.Close() }()
	go b.accept(ctx, listener)
	go a.learnServers(ctx, b)
	return nil
}

func (b *balancer) accept(ctx context.Context, listener net.Listener) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
				return
			}
			_ = sleep(ctx, 100*time.Millisecond)
			continue
		}
		go b.serve(ctx, connection)
	}
}

func (b *balancer) serve(ctx context.Context, from net.Conn) {
	defer from.Close()
	to := b.dial(ctx)
	if to == nil {
		return
	}
	defer to.Close()
	done := make(chan struct{}, 2)
	pipe := func(into, out net.Conn) { _, _ = io.Copy(into, out); done <- struct{}{} }
	go pipe(to, from)
	go pipe(from, to)
	select {
	case <-done:
	case <-ctx.Done():
	}
}

func (b *balancer) dial(ctx context.Context) net.Conn {
	b.mutex.Lock()
	servers := append(append([]string{}, b.servers...), b.join)
	b.mutex.Unlock()
	dialer := net.Dialer{Timeout: dialTimeout, KeepAlive: 15 * time.Second}
	for _, server := range servers {
		if connection, err := dialer.DialContext(ctx, "tcp", server); err == nil {
			b.prefer(server)
			return connection
		}
	}
	return nil
}

func (b *balancer) prefer(server string) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for i, s := range b.servers {
		if s == server && i > 0 {
			copy(b.servers[1:i+1], b.servers[:i])
			b.servers[0] = server
		}
	}
}

// set replaces the servers, keeping the order of those that stay.
func (b *balancer) set(servers []string) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	var kept []string
	for _, s := range b.servers {
		if has(servers, s) {
			kept = append(kept, s)
		}
	}
	for _, s := range servers {
		if !has(kept, s) {
			kept = append(kept, s)
		}
	}
	b.servers = kept
}

// learnServers asks the servers who they are, with the node's certificate.
func (a *agent) learnServers(ctx context.Context, b *balancer) {
	for {
		pause := 30 * time.Second
		if servers, err := a.askServers(ctx); err == nil && len(servers) > 0 {
			b.set(servers)
		} else {
			pause = 3 * time.Second
		}
		if sleep(ctx, pause) != nil {
			return
		}
	}
}

func (a *agent) askServers(ctx context.Context) ([]string, error) {
	config := trust(readText(a.folder, "server-ca.crt"))
	certificate, err := tls.LoadX509KeyPair(filepath.Join(a.folder, "client-kubelet.crt"), filepath.Join(a.folder, "client-kubelet.key"))
	if err != nil {
		return nil, err
	}
	config.Certificates = []tls.Certificate{certificate}
	s := &supervisor{url: "https://" + a.address(), client: httpClient(config)}
	text, err := s.call(ctx, http.MethodGet, "/v1-k3s/apiservers", nil, nil)
	if err != nil {
		return nil, err
	}
	var servers []string
	return servers, json.Unmarshal(text, &servers)
}
