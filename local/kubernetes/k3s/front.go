package k3s

import (
	"context"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
	"k8s.io/client-go/kubernetes"
)

// front is the one TLS listener of a server: k3s's own paths, and everything else handed to the kube-apiserver.
type front struct {
	folder      string
	authorities *authorities
	serverToken string
	agentToken  string
	config      map[string]any // what /v1-k3s/config tells
	member      *member
	passwords   *nodePasswords
	clients     *x509.CertPool
	api         http.Handler
	apiReady    atomic.Bool
	etcdReady   atomic.Bool
	kubernetes  kubernetes.Interface
	http        *http.Server
}

// listen opens the port. The kube-apiserver has the same port on another loopback address (see apiserverAddress), which needs SO_REUSEPORT.
func (f *front) listen(ctx context.Context, address string, port int) error {
	certificate, err := tls.LoadX509KeyPair(filepath.Join(f.folder, "tls", "serving-kube-apiserver.crt"), filepath.Join(f.folder, "tls", "serving-kube-apiserver.key"))
	if err != nil {
		return err
	}
	network := "tcp"
	if ip := net.ParseIP(address); ip != nil && ip.To4() != nil {
		network = "tcp4"
	}
	reuse := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		var err error
		return errors.Join(c.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1) }), err)
	}}
	listener, err := reuse.Listen(ctx, network, hostPort(address, port))
	if err != nil {
		return tell(err, "port %d cannot be opened: %s", port, lastPart(err.Error()))
	}
	f.clients = x509.NewCertPool()
	f.clients.AppendCertsFromPEM(f.authorities.client.pem)
	f.http = &http.Server{
		Handler:           f.routes(),
		ReadHeaderTimeout: 30 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0), // handshakes that clients break off
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{certificate}, ClientAuth: tls.RequestClientCert, MinVersion: tls.VersionTLS12},
	}
	info("Listening on %s", hostPort(address, port))
	go func() {
		if err := f.http.ServeTLS(notForAPI{listener}, "", ""); err != nil && !errors.Is(err, http.ErrServerClosed) {
			failure("the listener ended: %v", err)
		}
	}()
	return nil
}

// notForAPI closes connections meant for the kube-apiserver's address, which arrive here while it is down: they would go round in circles.
type notForAPI struct{ net.Listener }

func (l notForAPI) Accept() (net.Conn, error) {
	for {
		connection, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if to, ok := connection.LocalAddr().(*net.TCPAddr); !ok || to.IP.String() != apiserverAddress {
			return connection, nil
		}
		_ = connection.Close()
	}
}

// close ends the listener and every connection, so that clients and load balancers turn to another server.
func (f *front) close() {
	if f.http != nil {
		_ = f.http.Close()
	}
}

func (f *front) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/ping", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "pong") })
	mux.HandleFunc("/cacerts", f.file(f.authorities.server.pem))
	mux.HandleFunc("/v1-k3s/server-ca.crt", f.agents(f.file(f.authorities.server.pem)))
	mux.HandleFunc("/v1-k3s/client-ca.crt", f.agents(f.file(f.authorities.client.pem)))
	mux.HandleFunc("/v1-k3s/client-kubelet.crt", f.agents(f.kubelet(leaf{organizations: []string{"system:nodes"}, client: true})))
	mux.HandleFunc("/v1-k3s/serving-kubelet.crt", f.agents(f.kubelet(leaf{server: true})))
	mux.HandleFunc("/v1-k3s/client-kube-proxy.crt", f.agents(f.signed(leaf{name: "system:kube-proxy", client: true})))
	mux.HandleFunc("/v1-k3s/client-k3s-controller.crt", f.agents(f.signed(leaf{name: controllerUser, client: true})))
	mux.HandleFunc("/v1-k3s/config", f.agents(f.json(func(*http.Request) (any, error) { return f.config, nil })))
	mux.HandleFunc("/v1-k3s/apiservers", f.agents(f.json(func(r *http.Request) (any, error) { return apiservers(r.Context(), f.kubernetes) })))
	mux.HandleFunc("/v1-k3s/readyz", f.agents(f.needAPI(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") })))
	mux.HandleFunc("/v1-k3s/server-bootstrap", f.servers(f.json(func(*http.Request) (any, error) { return readBootstrap(f.folder) })))
	mux.HandleFunc("/db/info", f.servers(f.json(func(r *http.Request) (any, error) {
		members, err := f.member.members(r.Context())
		return map[string]any{"members": members}, err
	})))
	mux.HandleFunc("/v1-k3s/", func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) })
	mux.HandleFunc("/", f.needAPI(func(w http.ResponseWriter, r *http.Request) { f.api.ServeHTTP(w, r) }))
	return mux
}

func (f *front) file(content []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = w.Write(content)
	}
}

func (f *front) json(give func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !f.etcdReady.Load() {
			http.Error(w, "starting", http.StatusServiceUnavailable)
			return
		}
		value, err := give(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(value)
	}
}

func (f *front) needAPI(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !f.apiReady.Load() {
			http.Error(w, "apiserver not ready", http.StatusServiceUnavailable)
			return
		}
		next(w, r)
	}
}

// agents lets through the agent token, and nodes with a certificate of this cluster.
func (f *front) agents(next http.HandlerFunc) http.HandlerFunc {
	return f.allow(next, func(r *http.Request) bool {
		if certificate := f.certificateOf(r); certificate != nil && has(certificate.Subject.Organization, "system:nodes") {
			return true
		}
		return f.basic(r, "node", f.agentToken) || f.basic(r, "server", f.serverToken)
	})
}

// servers lets through the server token only.
func (f *front) servers(next http.HandlerFunc) http.HandlerFunc {
	return f.allow(next, func(r *http.Request) bool { return f.basic(r, "server", f.serverToken) })
}

func (f *front) allow(next http.HandlerFunc, allowed func(*http.Request) bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !allowed(r) {
			http.Error(w, "Unauthorized", http.StatusUnauthorized)
			return
		}
		next(w, r)
	}
}

func (f *front) basic(r *http.Request, user, password string) bool {
	u, p, ok := r.BasicAuth()
	return ok && u == user && subtle.ConstantTimeCompare([]byte(p), []byte(password)) == 1
}

// certificateOf returns the client's certificate if the cluster's client CA signed it for clients.
func (f *front) certificateOf(r *http.Request) *x509.Certificate {
	if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
		return nil
	}
	others := x509.NewCertPool()
	for _, c := range r.TLS.PeerCertificates[1:] {
		others.AddCert(c)
	}
	_, err := r.TLS.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: f.clients, Intermediates: others, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	if err != nil {
		return nil
	}
	return r.TLS.PeerCertificates[0]
}
