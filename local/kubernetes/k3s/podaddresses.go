package k3s

import (
	"context"
	"fmt"
	"net"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	utilnet "k8s.io/utils/net"
	"sigs.k8s.io/kwok/pkg/utils/gotpl"
)

// addresses gives pods of a node addresses of its range. KWOK's own pool begins with the network's address and, after a
// restart, gives out addresses that pods have already.
type addresses struct {
	client kubernetes.Interface
	host   host
	cidr   string
	mutex  sync.Mutex
	next   int
	given  map[string]string // by the pod's uid, for those whose status is not written yet
	// attach gives a pod the network that it is to have with its address. Nil where there is none.
	attach func(uid, ip string) error
}

func newAddresses(client kubernetes.Interface, h host, cidr string) *addresses {
	return &addresses{client: client, host: h, cidr: cidr, given: map[string]string{}}
}

// functions replace those of the same names in KWOK's templates.
func (a *addresses) functions() gotpl.FuncMap {
	return gotpl.FuncMap{
		"NodeIPWith": func(string) string { return a.host.ip() },
		"PodIPWith": func(_ string, hostNetwork bool, uid, _, _ string) (string, error) {
			if hostNetwork {
				return a.host.ip(), nil
			}
			ip, err := a.allocate(uid)
			if err != nil || a.attach == nil {
				return ip, err
			}
			// Before its status says that it has the address. KWOK would not ask again: who follows the pods tries again.
			if err := a.attach(uid, ip); err != nil {
				failure("the network of pod %s: %v", uid, err)
			}
			return ip, nil
		},
	}
}

func (a *addresses) allocate(uid string) (string, error) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if ip, ok := a.given[uid]; ok {
		return ip, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
	defer cancel()
	pods, err := a.client.CoreV1().Pods("").List(ctx, metav1.ListOptions{FieldSelector: "spec.nodeName=" + a.host.name})
	if err != nil {
		return "", err
	}
	used, alive := map[string]bool{}, map[string]bool{}
	for _, pod := range pods.Items {
		alive[string(pod.UID)] = true
		if pod.Status.PodIP != "" {
			used[pod.Status.PodIP] = true
		}
	}
	for other, ip := range a.given {
		if !alive[other] {
			delete(a.given, other)
			continue
		}
		used[ip] = true
	}
	ip, err := a.free(used)
	if err == nil {
		a.given[uid] = ip
	}
	return ip, err
}

// free goes round the range, so that an address rests before it is used again. The first two are the network's and the bridge's.
func (a *addresses) free(used map[string]bool) (string, error) {
	_, network, err := net.ParseCIDR(a.cidr)
	if err != nil {
		return "", err
	}
	const reserved = 2
	size := int(min(utilnet.RangeSize(network), 1<<16)) - reserved - 1
	for range size {
		ip, err := utilnet.GetIndexedIP(network, reserved+a.next%size)
		if err != nil {
			return "", err
		}
		a.next++
		if !used[ip.String()] {
			return ip.String(), nil
		}
	}
	return "", fmt.Errorf("no address is left in %s", a.cidr)
}
