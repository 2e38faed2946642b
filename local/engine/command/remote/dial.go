package remote

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/retry"
	"golang.org/x/crypto/ssh"
)

// client is a connection to the host and, where there is one, to the proxy before it.
type client struct {
	*ssh.Client
	closers []func()
}

// Close ends the connection, the proxy's and the agent's.
func (c *client) close() {
	for i := len(c.closers) - 1; i >= 0; i-- {
		c.closers[i]()
	}
}

// dial connects, again and again as often as dialErrorLimit allows: a host that is still booting refuses.
func (c *Connection) dial(ctx context.Context) (*client, error) {
	open := &client{}
	dialer := (&net.Dialer{}).DialContext
	if c.Proxy != nil {
		proxy, err := c.Proxy.connect(ctx, open, "Dial proxy", dialer)
		if err != nil {
			open.close()
			return nil, fmt.Errorf("proxy: %w", err)
		}
		dialer = proxy.DialContext
	}
	host, err := c.connect(ctx, open, "Dial", dialer)
	if err != nil {
		open.close()
		return nil, err
	}
	open.Client = host
	return open, nil
}

type dialContext = func(ctx context.Context, network, address string) (net.Conn, error)

func (e *endpoint) connect(ctx context.Context, open *client, label string, dial dialContext) (*ssh.Client, error) {
	config, release, err := e.clientConfig()
	if err != nil {
		return nil, err
	}
	open.closers = append(open.closers, release)
	connected, err := again(ctx, label, e.tries(), func() (*ssh.Client, error) {
		return handshake(ctx, dial, e.address(), config)
	})
	if err == nil {
		open.closers = append(open.closers, func() { _ = connected.Close() })
	}
	return connected, err
}

// handshake is one try. config.Timeout bounds all of it, and a cancelled context ends it.
func handshake(ctx context.Context, dial dialContext, address string, config *ssh.ClientConfig) (*ssh.Client, error) {
	limited := ctx
	if config.Timeout > 0 {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(ctx, config.Timeout)
		defer cancel()
	}
	connection, err := dial(limited, "tcp", address)
	if err != nil {
		return nil, err
	}
	// Closing is the one way to end a handshake: a connection through a proxy knows no deadline.
	stop := context.AfterFunc(limited, func() { _ = connection.Close() })
	channel, channels, requests, err := ssh.NewClientConn(connection, address, config)
	if !stop() && err == nil {
		err = limited.Err()
	}
	if err != nil {
		_ = connection.Close()
		return nil, err
	}
	return ssh.NewClient(channel, channels, requests), nil
}

// again retries with growing pauses, and says so.
func again[T any](ctx context.Context, label string, limit int, try func() (T, error)) (T, error) {
	var result T
	var last error
	shown := strconv.Itoa(limit)
	if limit == unlimited {
		shown = "inf"
	}
	done, _, err := retry.Until(ctx, retry.Acceptor{
		Accept: func(failed int, _ time.Duration) (bool, any, error) {
			if result, last = try(); last == nil {
				return true, nil, nil
			}
			if limit > unlimited && failed+1 > limit {
				return true, nil, fmt.Errorf("after %d failed attempts: %w", failed, last)
			}
			p.GetLogger(ctx).InfoStatusf("%s %d/%s failed: retrying: %v", label, failed+1, shown, last)
			return false, nil, nil
		},
	})
	if err == nil && !done {
		err = ctx.Err()
	}
	return result, err
}
