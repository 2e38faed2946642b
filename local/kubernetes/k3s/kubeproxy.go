package k3s

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"

	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
)

// runKubeProxy runs the real kube-proxy in this process, as k3s does, with nftables of the host's network namespace.
func (a *agent) runKubeProxy(ctx context.Context, config map[string]any) error {
	if _, err := exec.LookPath("nft"); err != nil {
		return tell(err, "kube-proxy needs the program nft, which is not in this host's root folder")
	}
	command := proxy.NewProxyCommand()
	command.SilenceUsage, command.SilenceErrors = true, true
	args := []string{
		"--kubeconfig=" + filepath.Join(a.folder, "kubeproxy.kubeconfig"), "--hostname-override=" + a.host.name, "--proxy-mode=nftables",
		"--cluster-cidr=" + fmt.Sprint(config["cluster-cidr"]), "--healthz-bind-address=127.0.0.1:10256", "--metrics-bind-address=127.0.0.1:10249",
		"--conntrack-max-per-core=0", "--conntrack-tcp-timeout-established=0s", "--conntrack-tcp-timeout-close-wait=0s", // settings of the machine, not of a namespace
	}
	command.SetArgs(append(args, asFlags(a.settings.texts("kube-proxy-arg", false))...))
	err := command.ExecuteContext(ctx)
	if ctx.Err() != nil {
		return nil
	}
	if err == nil {
		err = fmt.Errorf("it ended by itself")
	}
	return tell(err, "kube-proxy of this host ended: %s", err)
}
