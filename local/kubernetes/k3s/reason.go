package k3s

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"
)

// told is an error that already is a sentence for the operator; its text is what k3s would have logged.
type told struct {
	sentence string
	cause    error
}

func (t *told) Error() string { return t.cause.Error() }
func (t *told) Unwrap() error { return t.cause }

func tell(cause error, format string, args ...any) error {
	return &told{sentence: fmt.Sprintf(format, args...), cause: cause}
}

// sentenceOf says in plain English why a request to a server failed, and what to look at.
func sentenceOf(err error, address string) string {
	var known *told
	if errors.As(err, &known) {
		return known.sentence
	}
	host := address
	if u, parseErr := url.Parse(address); parseErr == nil && u.Host != "" {
		host = u.Host
	}
	name, _, splitErr := net.SplitHostPort(host)
	if splitErr != nil {
		name = host
	}
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	var hostname x509.HostnameError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return fmt.Sprintf("the name %s does not resolve; no record of the zone may have it", name)
	case errors.As(err, &dns):
		return fmt.Sprintf("the name %s cannot be looked up: the name server in /etc/resolv.conf does not answer (%s)", name, dns.Err)
	case errors.As(err, &hostname):
		return fmt.Sprintf("the certificate of the server at %s is not for the name %s; tls-san of the servers must have it", host, name)
	case errors.As(err, &certificate):
		return fmt.Sprintf("the certificate of the server at %s is not signed by the cluster's CA (%s)", host, certificate.Err)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Sprintf("cannot reach %s from here: connection refused; no k3s server listens there yet, or a load balancer has no member that is up", host)
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return fmt.Sprintf("cannot reach %s from here: no route to it", host)
	case isTimeout(err):
		return fmt.Sprintf("cannot reach %s from here: connection timed out; no security group rule may let it through", host)
	case errors.Is(err, syscall.ECONNRESET), strings.HasSuffix(err.Error(), "EOF"):
		return fmt.Sprintf("the connection to %s was closed by the other side; a load balancer may have no member that is up", host)
	}
	return fmt.Sprintf("the request to %s failed: %s", host, lastPart(err.Error()))
}

func isTimeout(err error) bool {
	var network net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, syscall.ETIMEDOUT) ||
		(errors.As(err, &network) && network.Timeout())
}

func lastPart(text string) string {
	parts := strings.Split(text, ": ")
	return parts[len(parts)-1]
}
