package k3s

import (
	"context"
	"encoding/json"
	"net"
	"reflect"
	"sort"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"

	"estate/local/kubernetes/network"
)

// The annotations by which the flannel of one node tells those of others where its pods are.
const (
	flannelDataAnnotation    = "flannel.alpha.coreos.com/backend-data"
	flannelTypeAnnotation    = "flannel.alpha.coreos.com/backend-type"
	flannelManagerAnnotation = "flannel.alpha.coreos.com/kube-subnet-manager"
	flannelAddressAnnotation = "flannel.alpha.coreos.com/public-ip"
)

// flannelData is the content of the first of them.
type flannelData struct {
	VNI     int
	VtepMAC string
}

// flannel leads to the pods of other nodes, and tells those where this node's are.
type flannel struct {
	node    *node
	overlay *network.Overlay
	nodes   cache.SharedIndexInformer
	set     []network.Peer // those that the overlay leads to
	said    string         // what went wrong last; the same is not said again
}

// start makes the overlay, and keeps it until the context is over. `client` reads the Nodes.
func (f *flannel) start(ctx context.Context, client kubernetes.Interface, own *net.IPNet) error {
	overlay, err := network.OpenOverlay(own, net.ParseIP(f.node.agent.host.ip()))
	if err != nil {
		return err
	}
	f.overlay = overlay
	factory := informers.NewSharedInformerFactory(client, 0)
	f.nodes = factory.Core().V1().Nodes().Informer()
	wake, work := waker()
	if _, err := f.nodes.AddEventHandler(cache.ResourceEventHandlerFuncs{AddFunc: func(any) { wake() }, UpdateFunc: func(any, any) { wake() }, DeleteFunc: func(any) { wake() }}); err != nil {
		return err
	}
	factory.Start(ctx.Done())
	go func() {
		if !cache.WaitForCacheSync(ctx.Done(), f.nodes.HasSynced) {
			return
		}
		again := time.NewTicker(keepPeriod) // whatever failed is tried again
		defer again.Stop()
		for ctx.Err() == nil {
			f.keep(ctx)
			select {
			case <-ctx.Done():
			case <-work:
			case <-again.C:
			}
		}
	}()
	return nil
}

func (f *flannel) keep(ctx context.Context) {
	nodes := nodesOf(f.nodes.GetStore().List())
	said := ""
	// Nodes change all the time, and where pods are hardly ever
	if peers := peersOf(nodes, f.node.agent.host.name); !reflect.DeepEqual(peers, f.set) || peers == nil {
		f.set = peers
		if err := f.overlay.Set(peers); err != nil {
			f.set, said = nil, err.Error()
		}
	}
	if err := f.announce(ctx, nodes); err != nil {
		said += " " + err.Error()
	}
	if said != "" && said != f.said && ctx.Err() == nil {
		failure("flannel: %s", strings.TrimSpace(said))
	}
	f.said = said
}

// announce annotates this node, also one that was deleted and came back. Whoever does not know it cannot answer its pods.
func (f *flannel) announce(ctx context.Context, nodes []*v1.Node) error {
	data, err := json.Marshal(flannelData{VNI: 1, VtepMAC: f.overlay.MAC().String()})
	if err != nil {
		return err
	}
	wanted := map[string]string{
		flannelDataAnnotation: string(data), flannelTypeAnnotation: "vxlan", flannelManagerAnnotation: "true", flannelAddressAnnotation: f.node.agent.host.ip(),
	}
	for _, node := range nodes {
		if node.Name != f.node.agent.host.name || hasAll(node.Annotations, wanted) {
			continue
		}
		patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": wanted}})
		if err != nil {
			return err
		}
		// with the node's own identity, which may change no other Node
		_, err = f.node.client.CoreV1().Nodes().Patch(ctx, node.Name, types.MergePatchType, patch, metav1.PatchOptions{})
		return err
	}
	return nil
}

// peersOf are the other nodes that tell where their pods are.
func peersOf(nodes []*v1.Node, own string) []network.Peer {
	var peers []network.Peer
	for _, node := range nodes {
		data := flannelData{}
		_, pods, err := net.ParseCIDR(node.Spec.PodCIDR)
		if node.Name == own || err != nil || node.Annotations[flannelTypeAnnotation] != "vxlan" || json.Unmarshal([]byte(node.Annotations[flannelDataAnnotation]), &data) != nil {
			continue
		}
		mac, err := net.ParseMAC(data.VtepMAC)
		address := net.ParseIP(node.Annotations[flannelAddressAnnotation]).To4()
		if err != nil || address == nil || pods.IP.To4() == nil {
			continue
		}
		peers = append(peers, network.Peer{Pods: pods, Host: address, MAC: mac})
	}
	sort.Slice(peers, func(a, b int) bool { return peers[a].Host.String() < peers[b].Host.String() })
	return peers
}

func hasAll(values, wanted map[string]string) bool {
	for key, value := range wanted {
		if values[key] != value {
			return false
		}
	}
	return true
}

// waker returns a function that never waits, and a channel that tells whether it was called since one looked last.
func waker() (func(), <-chan struct{}) {
	work := make(chan struct{}, 1)
	return func() {
		select {
		case work <- struct{}{}:
		default:
		}
	}, work
}
