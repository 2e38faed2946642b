package k3s

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// authorities are the CAs and keys that all servers of a cluster share.
type authorities struct {
	server, client, requestHeader, etcdServer, etcdPeer *authority
}

// sharedFiles are the files of the authorities, by the names k3s gives them in its bootstrap data, below data-dir/server.
var sharedFiles = map[string]string{
	"ServerCA": "tls/server-ca.crt", "ServerCAKey": "tls/server-ca.key",
	"ClientCA": "tls/client-ca.crt", "ClientCAKey": "tls/client-ca.key",
	"RequestHeaderCA": "tls/request-header-ca.crt", "RequestHeaderCAKey": "tls/request-header-ca.key",
	"ETCDServerCA": "tls/etcd/server-ca.crt", "ETCDServerCAKey": "tls/etcd/server-ca.key",
	"ETCDPeerCA": "tls/etcd/peer-ca.crt", "ETCDPeerCAKey": "tls/etcd/peer-ca.key",
	"ServiceKey":       "tls/service.key",
	"EncryptionConfig": "cred/encryption-config.json",
}

// loadAuthorities reads the CAs below FOLDER/tls. What is missing is made where `create` says so, as k3s does on a cluster's first server.
func loadAuthorities(folder string, create bool) (*authorities, error) {
	a := &authorities{}
	for _, ca := range []struct {
		into       **authority
		file, name string
	}{
		{&a.server, "server-ca", "k3s-server-ca"},
		{&a.client, "client-ca", "k3s-client-ca"},
		{&a.requestHeader, "request-header-ca", "k3s-request-header-ca"},
		{&a.etcdServer, "etcd/server-ca", "etcd-server-ca"},
		{&a.etcdPeer, "etcd/peer-ca", "etcd-peer-ca"},
	} {
		path := filepath.Join(folder, "tls", ca.file)
		loaded, err := loadAuthority(path)
		if err == nil && loaded == nil {
			if !create {
				return nil, fmt.Errorf("the CA %s.crt is missing", path)
			}
			info("generated self-signed CA certificate for %s", ca.file)
			loaded, err = createAuthority(path, ca.name)
		} else if err == nil {
			info("certificate CN=%s is the CA of %s", loaded.certificate.Subject.CommonName, ca.file)
		}
		if err != nil {
			return nil, err
		}
		*ca.into = loaded
	}
	serviceKey := filepath.Join(folder, sharedFiles["ServiceKey"])
	text, err := os.ReadFile(serviceKey)
	if errors.Is(err, os.ErrNotExist) && create {
		_, text, err = newKey()
		err = errors.Join(err, writeSecret(serviceKey, text))
	}
	if err != nil {
		return nil, err
	}
	if _, err := parseKey(text); err != nil {
		return nil, fmt.Errorf("%s: %w", serviceKey, err)
	}
	return a, nil
}

// ensureEncryption makes the key under which Secrets are encrypted in etcd, if there is none yet.
func ensureEncryption(folder, provider string) error {
	file := filepath.Join(folder, sharedFiles["EncryptionConfig"])
	if _, err := os.Stat(file); err == nil {
		return nil
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	keys := map[string]any{"keys": []any{map[string]string{"name": provider + "key", "secret": base64.StdEncoding.EncodeToString(key)}}}
	text, err := json.Marshal(map[string]any{
		"kind": "EncryptionConfiguration", "apiVersion": "apiserver.config.k8s.io/v1",
		"resources": []any{map[string]any{
			"resources": []string{"secrets"},
			"providers": []any{map[string]any{provider: keys}, map[string]any{"identity": map[string]any{}}},
		}},
	})
	if err != nil {
		return err
	}
	return writeSecret(file, text)
}
