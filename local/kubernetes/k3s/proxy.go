package k3s

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httputil"
	"path/filepath"
	"strings"
	"time"
)

// apiserverAddress is where the kube-apiserver listens: it announces to the cluster the number of the port it listens on,
// so it must have the same one as the front (k3s's own build of it has a flag for that; the official one has not).
const apiserverAddress = "127.0.0.2"

// newProxy hands requests to the kube-apiserver. A client that showed a certificate of the client CA is announced by the
// X-Remote headers, which the kube-apiserver takes only from holders of the front-proxy certificate; a bearer token just passes.
func (f *front) newProxy(port int) (http.Handler, error) {
	trusted := trust(f.authorities.server.pem)
	announcing := trusted.Clone()
	certificate, err := tls.LoadX509KeyPair(filepath.Join(f.folder, "tls", "client-auth-proxy.crt"), filepath.Join(f.folder, "tls", "client-auth-proxy.key"))
	if err != nil {
		return nil, err
	}
	announcing.Certificates = []tls.Certificate{certificate}
	proxy := func(config *tls.Config, http2 bool) http.Handler {
		transport := &http.Transport{
			TLSClientConfig: config, ForceAttemptHTTP2: http2, MaxIdleConnsPerHost: 100, IdleConnTimeout: 90 * time.Second,
			DialContext: (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext,
		}
		if !http2 {
			transport.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
		}
		return &httputil.ReverseProxy{
			Transport: transport, FlushInterval: -1,
			Rewrite: func(r *httputil.ProxyRequest) {
				r.Out.URL.Scheme, r.Out.URL.Host = "https", hostPort(apiserverAddress, port)
				r.Out.Host = r.In.Host
				r.SetXForwarded()
			},
			ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
				http.Error(w, "apiserver not ready: "+err.Error(), http.StatusServiceUnavailable)
			},
		}
	}
	plain, plainUpgrade := proxy(trusted, true), proxy(trusted.Clone(), false)
	known, knownUpgrade := proxy(announcing, true), proxy(announcing.Clone(), false)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name := range r.Header {
			if strings.HasPrefix(name, "X-Remote-") {
				r.Header.Del(name)
			}
		}
		upgrade := r.Header.Get("Upgrade") != ""
		next, nextUpgrade := plain, plainUpgrade
		if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
			certificate := f.certificateOf(r)
			if certificate == nil {
				http.Error(w, "Unauthorized", http.StatusUnauthorized)
				return
			}
			r.Header.Set("X-Remote-User", certificate.Subject.CommonName)
			for _, group := range certificate.Subject.Organization {
				r.Header.Add("X-Remote-Group", group)
			}
			next, nextUpgrade = known, knownUpgrade
		}
		if upgrade {
			nextUpgrade.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	}), nil
}
