package k3s

import (
	"net"
	"os"
	"path/filepath"

	utilnet "k8s.io/utils/net"
)

// prepare loads the CAs and issues this server's certificates from them.
func (s *server) prepare(create bool) error {
	var err error
	if s.authorities, err = loadAuthorities(s.folder, create); err != nil {
		return tell(err, "the CA files of this server are not usable: %s", err)
	}
	if s.settings.flag("secrets-encryption") && create {
		if err := ensureEncryption(s.folder, s.settings.text("secrets-encryption-provider")); err != nil {
			return err
		}
	}
	return s.issueCertificates()
}

func (s *server) issueCertificates() error {
	tls := filepath.Join(s.folder, "tls")
	own := append([]string{s.host.name, "localhost", "127.0.0.1", "::1", apiserverAddress}, s.host.ips...)
	own = append(own, s.host.externalIPs...)
	serving := append(own, s.advertisedAddress(), s.firstServiceAddress(), "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc."+s.settings.text("cluster-domain"))
	serving = append(serving, s.settings.texts("tls-san", true)...)
	client := func(name string, groups ...string) leaf {
		return leaf{name: name, organizations: groups, client: true}
	}
	for _, c := range []struct {
		ca   *authority
		file string
		leaf leaf
	}{
		{s.authorities.server, "serving-kube-apiserver", leaf{name: "kube-apiserver", names: serving, server: true}},
		{s.authorities.server, "component", leaf{name: "localhost", names: []string{"localhost", "127.0.0.1"}, server: true}},
		{s.authorities.client, "client-admin", client("system:admin", "system:masters")},
		{s.authorities.client, "client-supervisor", client("system:k3s-supervisor", "system:masters")},
		{s.authorities.client, "client-controller", client("system:kube-controller-manager")},
		{s.authorities.client, "client-scheduler", client("system:kube-scheduler")},
		{s.authorities.client, "client-kube-apiserver", client("system:apiserver", "system:masters")},
		{s.authorities.requestHeader, "client-auth-proxy", client("system:auth-proxy")},
		{s.authorities.etcdServer, "etcd/client", client("etcd-client")},
		{s.authorities.etcdServer, "etcd/server-client", leaf{name: "etcd-server", names: own, server: true, client: true}},
		{s.authorities.etcdPeer, "etcd/peer-server-client", leaf{name: "etcd-peer", names: own, server: true, client: true}},
	} {
		if err := c.ca.issue(filepath.Join(tls, c.file), c.leaf); err != nil {
			return err
		}
	}
	for _, name := range []string{"admin", "supervisor", "controller", "scheduler"} {
		text := kubeconfig(hostPort(apiserverAddress, s.port), s.authorities.server.pem, readText(tls, "client-"+name+".crt"), readText(tls, "client-"+name+".key"))
		if err := writeSecret(filepath.Join(s.folder, "cred", name+".kubeconfig"), text); err != nil {
			return err
		}
	}
	return nil
}

func readText(folder, name string) []byte {
	content, _ := os.ReadFile(filepath.Join(folder, name))
	return content
}

// advertisedAddress is the one other hosts reach this server's API at, by k3s's rule.
func (s *server) advertisedAddress() string {
	if address := s.settings.text("advertise-address"); address != "" {
		return address
	}
	if len(s.host.externalIPs) > 0 {
		return s.host.externalIPs[0]
	}
	return s.host.ip()
}

// firstServiceAddress is that of the Service `kubernetes`.
func (s *server) firstServiceAddress() string {
	_, network, err := net.ParseCIDR(s.settings.texts("service-cidr", true)[0])
	if err != nil {
		return ""
	}
	ip, err := utilnet.GetIndexedIP(network, 1)
	if err != nil {
		return ""
	}
	return ip.String()
}
