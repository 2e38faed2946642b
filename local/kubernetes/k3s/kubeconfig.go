package k3s

import (
	"encoding/base64"
	"fmt"
)

// kubeconfig writes the file with which a client of the cluster connects.
func kubeconfig(address string, ca, certificate, key []byte) []byte {
	b64 := base64.StdEncoding.EncodeToString
	return fmt.Appendf(nil, `apiVersion: v1
kind: Config
clusters:
- name: default
  cluster:
    server: https://%s
    certificate-authority-data: %s
contexts:
- name: default
  context:
    cluster: default
    user: default
current-context: default
users:
- name: default
  user:
    client-certificate-data: %s
    client-key-data: %s
`, address, b64(ca), b64(certificate), b64(key))
}
