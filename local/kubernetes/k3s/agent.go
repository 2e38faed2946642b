package k3s

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"path/filepath"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// agent is this host as a node. A server has one too, which talks to the server itself.
type agent struct {
	settings     *settings
	host         host
	folder       string // data-dir/agent
	server       string // the address to join at
	token        string
	balancerPort int // 0: none, talk to `server` itself
	isServer     bool
}

// run joins and stays until the context is over.
func (a *agent) run(ctx context.Context) error {
	if err := checkLabels(a.settings.texts("node-label", false)); err != nil {
		return err
	}
	if _, err := parseTaints(a.settings.texts("node-taint", false)); err != nil {
		return err
	}
	if err := allowForwarding(); err != nil {
		return err
	}
	pause := 2 * time.Second
	if a.isServer {
		pause = 200 * time.Millisecond
	}
	config := map[string]any{}
	err := patiently(ctx, "Failed to validate connection to cluster at "+a.server, a.server, pause, func() error {
		s, err := connect(ctx, a.server, a.token, "node")
		if err != nil {
			return err
		}
		text, err := s.call(ctx, http.MethodGet, "/v1-k3s/config", nil, nil)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(text, &config); err != nil {
			return err
		}
		return a.fetchCertificates(ctx, s)
	})
	if err != nil {
		return err
	}
	if a.balancerPort != 0 {
		if err := a.startBalancer(ctx); err != nil {
			return err
		}
	}
	client, err := a.client("kubelet")
	if err != nil {
		return err
	}
	failed := make(chan error, 2)
	if config["disable-kube-proxy"] != "true" {
		go func() { failed <- a.runKubeProxy(ctx, config) }()
	}
	n := &node{agent: a, client: client, config: config}
	go func() { failed <- n.run(ctx) }()
	select {
	case <-ctx.Done():
		return nil
	case err := <-failed:
		return err
	}
}

// address is the one this node's clients of the API use.
func (a *agent) address() string {
	if a.balancerPort != 0 {
		return hostPort("127.0.0.1", a.balancerPort)
	}
	u, _ := url.Parse(a.server)
	return u.Host
}

// fetchCertificates gets this node's certificates, which the servers give to holders of the token and the node's password.
func (a *agent) fetchCertificates(ctx context.Context, s *supervisor) error {
	password, err := nodePassword()
	if err != nil {
		return tell(err, "the node's password cannot be kept in /etc/rancher/node: %s", lastPart(err.Error()))
	}
	headers := map[string]string{"k3s-Node-Name": a.host.name, "k3s-Node-Password": password, "k3s-Node-IP": a.host.ip()}
	if err := writeFile(filepath.Join(a.folder, "server-ca.crt"), s.ca, 0o644); err != nil {
		return err
	}
	for _, name := range []string{"client-kubelet", "serving-kubelet", "client-kube-proxy", "client-k3s-controller"} {
		request, key, err := newRequest()
		if err != nil {
			return err
		}
		certificate, err := s.call(ctx, http.MethodPost, "/v1-k3s/"+name+".crt", headers, request)
		if err != nil {
			return err
		}
		if err := writeSecret(filepath.Join(a.folder, name+".key"), key); err != nil {
			return err
		}
		if err := writeFile(filepath.Join(a.folder, name+".crt"), certificate, 0o644); err != nil {
			return err
		}
	}
	for file, name := range map[string]string{"kubelet": "client-kubelet", "kubeproxy": "client-kube-proxy", "k3scontroller": "client-k3s-controller"} {
		text := kubeconfig(a.address(), s.ca, readText(a.folder, name+".crt"), readText(a.folder, name+".key"))
		if err := writeSecret(filepath.Join(a.folder, file+".kubeconfig"), text); err != nil {
			return err
		}
	}
	return nil
}

func (a *agent) client(name string) (kubernetes.Interface, error) {
	config, err := clientcmd.BuildConfigFromFlags("", filepath.Join(a.folder, name+".kubeconfig"))
	if err != nil {
		return nil, err
	}
	config.QPS, config.Burst, config.UserAgent = 50, 100, "k3s/"+Version
	return kubernetes.NewForConfig(config)
}
