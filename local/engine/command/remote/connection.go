package remote

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/pulumi/pulumi-go-provider/infer"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

const (
	defaultUser           = "root"
	defaultPort           = 22
	defaultDialErrorLimit = 10
	defaultPerDialTimeout = 15
	unlimited             = -1
)

// Connection says how to reach a host, if need be through another one.
type Connection struct {
	endpoint
	Proxy *ProxyConnection `pulumi:"proxy,optional"`
}

// ProxyConnection says how to reach the host in between.
type ProxyConnection struct{ endpoint }

type endpoint struct {
	User               *string  `pulumi:"user,optional"`
	Password           *string  `pulumi:"password,optional"`
	Host               *string  `pulumi:"host"`
	Port               *float64 `pulumi:"port,optional"`
	PrivateKey         *string  `pulumi:"privateKey,optional"`
	PrivateKeyPassword *string  `pulumi:"privateKeyPassword,optional"`
	AgentSocketPath    *string  `pulumi:"agentSocketPath,optional"`
	HostKey            *string  `pulumi:"hostKey,optional"`
	DialErrorLimit     *int     `pulumi:"dialErrorLimit,optional"`
	PerDialTimeout     *int     `pulumi:"perDialTimeout,optional"`
}

// Annotate gives the defaults the official plugin writes into the inputs.
func (c *Connection) Annotate(a infer.Annotator) { c.annotate(a) }

// Annotate gives the defaults the official plugin writes into the inputs.
func (c *ProxyConnection) Annotate(a infer.Annotator) { c.annotate(a) }

func (e *endpoint) annotate(a infer.Annotator) {
	a.SetDefault(&e.User, defaultUser)
	a.SetDefault(&e.Port, defaultPort)
	a.SetDefault(&e.DialErrorLimit, defaultDialErrorLimit)
	a.SetDefault(&e.PerDialTimeout, defaultPerDialTimeout)
}

func or[T any](value *T, otherwise T) T {
	if value == nil {
		return otherwise
	}
	return *value
}

func (e *endpoint) address() string {
	return net.JoinHostPort(or(e.Host, ""), strconv.Itoa(int(or(e.Port, defaultPort))))
}

// tries is how often dialling may fail; -1 is without end.
func (e *endpoint) tries() int { return or(e.DialErrorLimit, defaultDialErrorLimit) }

// clientConfig reads the keys. Its second result closes what authentication holds open.
func (e *endpoint) clientConfig() (*ssh.ClientConfig, func(), error) {
	config := &ssh.ClientConfig{
		User:            or(e.User, defaultUser),
		HostKeyCallback: ssh.InsecureIgnoreHostKey(), // as the official plugin does where no key is pinned
		Timeout:         time.Duration(or(e.PerDialTimeout, defaultPerDialTimeout)) * time.Second,
	}
	if e.HostKey != nil {
		if err := pin(config, *e.HostKey); err != nil {
			return nil, nil, err
		}
	}
	if e.PrivateKey != nil {
		signer, err := parsePrivateKey(*e.PrivateKey, e.PrivateKeyPassword)
		if err != nil {
			return nil, nil, fmt.Errorf("connection.privateKey: %w", err)
		}
		config.Auth = append(config.Auth, ssh.PublicKeys(signer))
	}
	if e.Password != nil {
		config.Auth = append(config.Auth, ssh.Password(*e.Password), ssh.KeyboardInteractive(everyAnswer(*e.Password)))
	}
	socket := or(e.AgentSocketPath, os.Getenv("SSH_AUTH_SOCK"))
	if socket == "" {
		return config, func() {}, nil
	}
	connection, err := net.Dial("unix", socket)
	if err != nil {
		return nil, nil, fmt.Errorf("ssh agent: %w", err)
	}
	config.Auth = append(config.Auth, ssh.PublicKeysCallback(agent.NewClient(connection).Signers))
	return config, func() { _ = connection.Close() }, nil
}

func parsePrivateKey(key string, password *string) (ssh.Signer, error) {
	if password != nil {
		return ssh.ParsePrivateKeyWithPassphrase([]byte(key), []byte(*password))
	}
	return ssh.ParsePrivateKey([]byte(key))
}

func everyAnswer(password string) ssh.KeyboardInteractiveChallenge {
	return func(_, _ string, questions []string, _ []bool) ([]string, error) {
		answers := make([]string, len(questions))
		for i := range answers {
			answers[i] = password
		}
		return answers, nil
	}
}
