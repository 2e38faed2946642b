package k3s

import (
	"fmt"
	"strings"

	v1 "k8s.io/api/core/v1"

	"estate/local/kubernetes/kubelet"
	"estate/local/kubernetes/network"
)

// kubelet runs those pods of this node that can run.
func (n *node) kubelet(giver *addresses) *kubelet.Kubelet {
	h := n.agent.host
	return &kubelet.Kubelet{
		Client: n.client, Node: h.name, HostIP: h.ip(), Folder: "/var/lib/kubelet", Roots: "/run/estate/containers", Log: writeLine,
		DNS: strings.Split(fmt.Sprint(n.config["cluster-dns"]), ",")[0], Domain: fmt.Sprint(n.config["cluster-domain"]),
		Address: giver.of, Network: network.NamespacePath,
	}
}

// of is the address of a pod that runs; it has its network then. One that had an address before keeps it.
func (a *addresses) of(pod *v1.Pod) (string, error) {
	ip := pod.Status.PodIP
	if ip == "" {
		var err error
		if ip, err = a.allocate(string(pod.UID)); err != nil {
			return "", err
		}
	}
	if a.attach == nil {
		return "", fmt.Errorf("this cluster has no network for pods (flannel-backend: none)")
	}
	return ip, a.attach(string(pod.UID), ip)
}
