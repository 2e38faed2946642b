package k3s

import (
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"strings"
)

// signed answers a certificate request.
func (f *front) signed(l leaf) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { f.sign(w, r, l) }
}

func (f *front) sign(w http.ResponseWriter, r *http.Request, l leaf) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
	var request *x509.CertificateRequest
	if err == nil {
		request, err = parseRequest(body)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	ca := f.authorities.client
	if l.server {
		ca = f.authorities.server
	}
	certificate, err := ca.sign(request.PublicKey, l)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_, _ = w.Write(certificate)
}

// kubelet signs for a node, after its password was checked.
func (f *front) kubelet(l leaf) http.HandlerFunc {
	return f.needAPI(func(w http.ResponseWriter, r *http.Request) {
		node, password := strings.ToLower(r.Header.Get("k3s-Node-Name")), r.Header.Get("k3s-Node-Password")
		if node == "" || password == "" {
			http.Error(w, "node name or password not set", http.StatusBadRequest)
			return
		}
		if err := f.passwords.verify(r.Context(), node, password); errors.Is(err, errPassword) {
			failure("Failed to verify password for node %s: %v", node, err)
			http.Error(w, "the node name "+node+" belongs to another host (its password differs); delete the Node "+node+" if that host is gone", http.StatusForbidden)
			return
		} else if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		mine := l
		mine.name = "system:node:" + node
		if l.server {
			mine.name = node
			mine.names = append([]string{node, "localhost", "127.0.0.1"}, strings.Split(r.Header.Get("k3s-Node-IP"), ",")...)
		}
		f.sign(w, r, mine)
	})
}
