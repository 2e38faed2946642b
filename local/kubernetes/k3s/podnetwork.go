package k3s

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/cache"

	"estate/local/kubernetes/network"
)

// podNetwork keeps the networks of this node's pods, also of those whose containers are played: a namespace and an address each.
type podNetwork struct {
	mutex  sync.Mutex
	bridge *network.Bridge
}

const keepPeriod = time.Minute

// openPodNetwork makes the bridge of this node's pods, and lets them out.
func openPodNetwork(h host, cluster, own *net.IPNet) (*podNetwork, error) {
	device, err := network.InterfaceOf(net.ParseIP(h.ip()))
	if err != nil {
		return nil, err
	}
	bridge, err := network.OpenBridge(own, device.Attrs().MTU-network.Overhead)
	if err != nil {
		return nil, err
	}
	return &podNetwork{bridge: bridge}, network.Masquerade(cluster, own)
}

// podRanges are the IPv4 ranges of all pods and of this node's.
func podRanges(cluster, own string) (*net.IPNet, *net.IPNet, error) {
	for _, text := range strings.Split(cluster, ",") {
		_, clusterRange, err := net.ParseCIDR(text)
		if err != nil || clusterRange.IP.To4() == nil {
			continue
		}
		_, ownRange, err := net.ParseCIDR(own)
		return clusterRange, ownRange, err
	}
	return nil, nil, fmt.Errorf("the cluster's servers tell no IPv4 range of pods: %q", cluster)
}

func (p *podNetwork) attach(uid, ip string) error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.bridge.Attach(uid, net.ParseIP(ip))
}

func (p *podNetwork) detach(uid string) error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.bridge.Detach(uid)
}

// follow keeps the networks of the pods of an informer, until the context is over.
func (p *podNetwork) follow(ctx context.Context, pods cache.SharedIndexInformer) error {
	_, err := pods.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { p.see(object) },
		UpdateFunc: func(_, object any) { p.see(object) },
		DeleteFunc: func(object any) {
			if pod, ok := podOf(object); ok {
				p.report(pod, p.detach(string(pod.UID)))
			}
		},
	})
	if err != nil || !cache.WaitForCacheSync(ctx.Done(), pods.HasSynced) {
		return errors.Join(err, ctx.Err())
	}
	go func() {
		for sleep(ctx, keepPeriod) == nil {
			p.keep(pods.GetStore().List())
		}
	}()
	p.keep(pods.GetStore().List())
	return nil
}

// see brings the network of a pod that has an address into being; after a restart of this program as well.
func (p *podNetwork) see(object any) {
	pod, ok := podOf(object)
	switch {
	case !ok || pod.Spec.HostNetwork:
	case pod.Status.Phase == v1.PodSucceeded || pod.Status.Phase == v1.PodFailed:
		p.report(pod, p.detach(string(pod.UID)))
	case pod.Status.PodIP != "":
		p.report(pod, p.attach(string(pod.UID), pod.Status.PodIP))
	}
}

// keep makes good what went wrong before, and takes away the networks of pods that went while this program did not run.
func (p *podNetwork) keep(pods []any) {
	var uids []string
	for _, object := range pods {
		if pod, ok := podOf(object); ok {
			uids = append(uids, string(pod.UID))
			p.see(pod)
		}
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if err := p.bridge.Keep(uids); err != nil {
		failure("networks of pods that are gone cannot be taken away: %v", err)
	}
}

func (p *podNetwork) report(pod *v1.Pod, err error) {
	if err != nil {
		failure("the network of pod %s/%s: %v", pod.Namespace, pod.Name, err)
	}
}

func podOf(object any) (*v1.Pod, bool) {
	if last, ok := object.(cache.DeletedFinalStateUnknown); ok {
		object = last.Obj
	}
	pod, ok := object.(*v1.Pod)
	return pod, ok
}
