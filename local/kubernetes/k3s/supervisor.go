package k3s

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// supervisor is a k3s server, asked over its own paths (not Kubernetes').
type supervisor struct {
	url    string
	ca     []byte
	token  token
	client *http.Client
}

// refused is an answer other than 2xx.
type refused struct {
	url    string
	status int
	text   string
}

func (r *refused) Error() string {
	return fmt.Sprintf("%s: %d %s", r.url, r.status, http.StatusText(r.status))
}

const dialTimeout = 5 * time.Second

// connect fetches the cluster's CA from a server, as a client that knows nothing but the token does, and checks it
// against the hash in the token. `user` is the one to be, whatever the token says; empty leaves it.
func connect(ctx context.Context, server, text, user string) (*supervisor, error) {
	t, err := parseToken(text)
	if err != nil {
		return nil, tell(err, "the token is not usable: %s", err)
	}
	if user != "" {
		t.user = user
	}
	u, err := url.Parse(server)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		return nil, tell(fmt.Errorf("only https:// URLs are supported, invalid scheme: %s", server), "server: %q is not an https:// address", server)
	}
	s := &supervisor{url: "https://" + u.Host, token: t, client: httpClient(&tls.Config{InsecureSkipVerify: true})}
	if s.ca, err = s.call(ctx, http.MethodGet, "/cacerts", nil, nil); err != nil {
		return nil, fmt.Errorf("failed to get CA certs: %w", err)
	}
	hash, err := hashCA(s.ca)
	if err != nil {
		return nil, fmt.Errorf("failed to get CA certs: %w", err)
	}
	if t.caHash == "" {
		warn("Cluster CA certificate is not trusted by the host CA bundle, but the token does not include a CA hash. Use the full token from the server's node-token file to enable Cluster CA validation.")
	} else if hash != t.caHash {
		return nil, tell(fmt.Errorf("token CA hash does not match the Cluster CA certificate hash: %s != %s", t.caHash, hash),
			"the token's CA hash (%.12s...) is not that of the cluster at %s (%.12s...)", t.caHash, s.url, hash)
	}
	s.client = httpClient(trust(s.ca))
	if _, err := s.call(ctx, http.MethodGet, "/cacerts", nil, nil); err != nil {
		return nil, fmt.Errorf("CA cert validation failed: %w", err)
	}
	return s, nil
}

func trust(ca []byte) *tls.Config {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	return &tls.Config{RootCAs: pool}
}

func httpClient(config *tls.Config) *http.Client {
	return &http.Client{Timeout: 2 * dialTimeout, Transport: &http.Transport{
		TLSClientConfig: config, DialContext: (&net.Dialer{Timeout: dialTimeout}).DialContext, DisableKeepAlives: true,
	}}
}

func (s *supervisor) call(ctx context.Context, method, path string, headers map[string]string, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, s.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if s.token.user != "" && path != "/cacerts" {
		request.SetBasicAuth(s.token.user, s.token.password)
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 4<<20))
	if err != nil {
		return nil, err
	}
	if response.StatusCode/100 != 2 {
		return nil, s.explain(&refused{s.url + path, response.StatusCode, strings.TrimSpace(string(text))})
	}
	return text, nil
}

func (s *supervisor) explain(r *refused) error {
	switch r.status {
	case http.StatusUnauthorized:
		kind := "server token"
		if s.token.user == "node" {
			kind = "agent token"
		}
		return tell(r, "the server at %s refused the token (401): it is not the %s of this cluster", s.url, kind)
	case http.StatusForbidden:
		return tell(r, "the server at %s refused this node (403): %s", s.url, r.text)
	case http.StatusServiceUnavailable:
		return tell(r, "the server at %s is still starting (503)", s.url)
	}
	return tell(r, "the server at %s answered %d: %s", s.url, r.status, r.text)
}

// final is an error that waiting does not cure.
type final struct{ error }

func (f final) Unwrap() error { return f.error }

// patiently repeats a step until it succeeds or fails for good. It says why it does not yet: at once when that changes, else every 15 seconds.
func patiently(ctx context.Context, what, address string, pause time.Duration, step func() error) error {
	said, at := "", time.Time{}
	for {
		err := step()
		var end final
		if err == nil || errors.As(err, &end) {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err.Error() != said || time.Since(at) > 15*time.Second {
			said, at = err.Error(), time.Now()
			failure("%s: %v", what, err)
		}
		estateReason(sentenceOf(err, address))
		if err := sleep(ctx, pause); err != nil {
			return err
		}
	}
}
