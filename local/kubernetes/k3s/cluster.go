package k3s

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	v1 "k8s.io/api/core/v1"
	storage "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
)

// keepCluster does what the controllers inside a k3s server do: roles of servers, what goes with a deleted Node, the
// default StorageClass, addresses of load-balancer Services, what k3s's part of each node may read, the name server.
func (s *server) keepCluster(ctx context.Context) {
	factory := informers.NewSharedInformerFactory(s.kubernetes, 0)
	nodes := factory.Core().V1().Nodes()
	wake, work := waker()
	handler := cache.ResourceEventHandlerFuncs{AddFunc: func(any) { wake() }, UpdateFunc: func(any, any) { wake() }, DeleteFunc: func(any) { wake() }}
	_, _ = nodes.Informer().AddEventHandler(handler)
	balanced := !has(s.settings.texts("disable", true), "servicelb")
	services := factory.Core().V1().Services()
	if balanced {
		_, _ = services.Informer().AddEventHandler(handler)
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	learners := stalled{}
	named := has(s.settings.texts("disable", true), "coredns")
	again := time.NewTicker(10 * time.Second) // whatever failed is tried again
	defer again.Stop()
	for {
		errs := []error{s.keepNodes(ctx, nodes.Informer().GetStore().List()), learners.drop(ctx, s.member), s.keepControllerRole(ctx)}
		if balanced {
			errs = append(errs, s.keepServices(ctx, services.Informer().GetStore().List(), nodes.Informer().GetStore().List()))
		}
		if !has(s.settings.texts("disable", true), "local-storage") {
			errs = append(errs, s.keepStorageClass(ctx))
		}
		if !named {
			err := s.keepCoreDNS(ctx)
			named = err == nil // once a start, as k3s deploys what it packages
			errs = append(errs, err)
		}
		if err := errors.Join(errs...); err != nil && ctx.Err() == nil {
			warn("the cluster's own objects are not all as they should be yet: %v", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-work:
		case <-again.C:
		}
	}
}

// keepStorageClass is what the packaged local-path provisioner gives; here the controller manager's host-path provisioner plays it.
func (s *server) keepStorageClass(ctx context.Context) error {
	classes := s.kubernetes.StorageV1().StorageClasses()
	if _, err := classes.Get(ctx, "local-path", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		return err
	}
	mode := storage.VolumeBindingWaitForFirstConsumer
	_, err := classes.Create(ctx, &storage.StorageClass{
		ObjectMeta:  metav1.ObjectMeta{Name: "local-path", Annotations: map[string]string{"storageclass.kubernetes.io/is-default-class": "true"}},
		Provisioner: "kubernetes.io/host-path", VolumeBindingMode: &mode,
	}, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}

// apiservers are the addresses of all servers' APIs, as the Service `kubernetes` has them.
func apiservers(ctx context.Context, client kubernetes.Interface) ([]string, error) {
	slices, err := client.DiscoveryV1().EndpointSlices(metav1.NamespaceDefault).List(ctx, metav1.ListOptions{LabelSelector: "kubernetes.io/service-name=kubernetes"})
	if err != nil {
		return nil, err
	}
	found := []string{}
	for _, slice := range slices.Items {
		for _, port := range slice.Ports {
			for _, endpoint := range slice.Endpoints {
				for _, address := range endpoint.Addresses {
					if port.Port != nil {
						found = append(found, hostPort(address, int(*port.Port)))
					}
				}
			}
		}
	}
	return found, nil
}

// etcdAnnotations tell which etcd member a server's Node stands for.
func (s *server) etcdAnnotations() map[string]string {
	u, _ := url.Parse(s.member.peerURL())
	return map[string]string{etcdNameAnnotation: s.member.name, etcdAddressAnnotation: u.Hostname()}
}

func nodesOf(list []any) []*v1.Node {
	var nodes []*v1.Node
	for _, item := range list {
		if node, ok := item.(*v1.Node); ok {
			nodes = append(nodes, node)
		}
	}
	return nodes
}

func describe(node *v1.Node, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("node %s: %w", node.Name, err)
}
