// kubeall is one program with everything of Kubernetes that the local stack runs: the etcd, control plane, kube-proxy
// and kubectl of one release, KWOK, and k3s, the stand-in that plays k3s on a host (package k3s); also programs that play images (coredns, whoami).
//
// The component is the first argument, or the name by which the program is called.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	_ "time/tzdata" // time zones of CronJobs; a host's root folder need not have them

	"go.etcd.io/etcd/server/v3/etcdmain"
	_ "k8s.io/client-go/plugin/pkg/client/auth"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	kubectlutil "k8s.io/kubectl/pkg/cmd/util"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"

	"estate/local/kubernetes/dns"
	"estate/local/kubernetes/k3s"
	"estate/local/kubernetes/whoami"
)

var components = map[string]func(){
	"etcd":                    func() { etcdmain.Main(append([]string{"etcd"}, os.Args[1:]...)) },
	"kube-apiserver":          func() { os.Exit(cli.Run(apiserver.NewAPIServerCommand())) },
	"kube-controller-manager": func() { os.Exit(cli.Run(controllers.NewControllerManagerCommand())) },
	"kube-scheduler":          func() { os.Exit(cli.Run(scheduler.NewSchedulerCommand())) },
	"kube-proxy":              func() { os.Exit(cli.Run(proxy.NewProxyCommand())) },
	"kubectl":                 runKubectl,
	"k3s":                     runK3s,
	"coredns":                 dns.Main,
	"whoami":                  whoami.Main,
}

func main() {
	if run, ok := components[filepath.Base(os.Args[0])]; ok {
		run()
		return
	}
	if len(os.Args) > 1 {
		if run, ok := components[os.Args[1]]; ok {
			os.Args = os.Args[1:]
			run()
			return
		}
	}
	fmt.Fprintln(os.Stderr, "usage: kubeall etcd|kube-apiserver|kube-controller-manager|kube-scheduler|kube-proxy|kubectl|k3s|coredns|whoami [flags]")
	os.Exit(2)
}

func runKubectl() {
	if err := cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()); err != nil {
		kubectlutil.CheckErr(err)
	}
}

func runK3s() {
	if len(os.Args) > 1 && os.Args[1] == "kubectl" {
		if os.Getenv("KUBECONFIG") == "" {
			_ = os.Setenv("KUBECONFIG", "/etc/rancher/k3s/k3s.yaml")
		}
		os.Args = os.Args[1:]
		runKubectl()
		return
	}
	os.Exit(k3s.Main(os.Args[1:]))
}
