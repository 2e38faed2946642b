package k3s

import (
	"context"
	"slices"
	"time"

	v1 "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"

	"estate/local/kubernetes/network"
	"estate/local/kubernetes/policy"
)

// startPolicies keeps this node's pods from what NetworkPolicies do not allow, until the context is over. What was in force before
// stays so until there is more to tell.
func startPolicies(ctx context.Context, client kubernetes.Interface, node string) error {
	factory := informers.NewSharedInformerFactory(client, 0)
	pods := factory.Core().V1().Pods().Informer()
	namespaces := factory.Core().V1().Namespaces().Informer()
	policies := factory.Networking().V1().NetworkPolicies().Informer()
	if err := pods.SetTransform(forPolicies); err != nil {
		return err
	}
	wake, work := waker()
	all := []cache.SharedIndexInformer{pods, namespaces, policies}
	for _, one := range all {
		if _, err := one.AddEventHandler(cache.ResourceEventHandlerFuncs{AddFunc: func(any) { wake() }, UpdateFunc: func(any, any) { wake() }, DeleteFunc: func(any) { wake() }}); err != nil {
			return err
		}
	}
	factory.Start(ctx.Done())
	go func() {
		if !cache.WaitForCacheSync(ctx.Done(), pods.HasSynced, namespaces.HasSynced, policies.HasSynced) {
			return
		}
		var inForce []string
		for ctx.Err() == nil {
			rules := policy.Rules(policy.Cluster{Pods: of[v1.Pod](pods), Namespaces: of[v1.Namespace](namespaces), Policies: of[networking.NetworkPolicy](policies)}, node)
			if !slices.Equal(rules, inForce) {
				if err := network.Policies(rules); err != nil {
					failure("the network policies are not in force: %v", err)
					if sleep(ctx, 2*time.Second) == nil {
						continue
					}
				}
				inForce = rules
			}
			select {
			case <-ctx.Done():
			case <-work:
				_ = sleep(ctx, 100*time.Millisecond) // changes come in swarms
			}
		}
	}()
	return nil
}

// forPolicies keeps of a pod what policies look at: this node hears of all pods of the cluster.
func forPolicies(object any) (any, error) {
	pod, ok := object.(*v1.Pod)
	if !ok {
		return object, nil
	}
	ports := func(all []v1.Container) (left []v1.Container) {
		for _, one := range all {
			left = append(left, v1.Container{Name: one.Name, Ports: one.Ports})
		}
		return left
	}
	return &v1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: pod.Name, Namespace: pod.Namespace, UID: pod.UID, ResourceVersion: pod.ResourceVersion, Labels: pod.Labels},
		Spec: v1.PodSpec{
			NodeName: pod.Spec.NodeName, HostNetwork: pod.Spec.HostNetwork, InitContainers: ports(pod.Spec.InitContainers), Containers: ports(pod.Spec.Containers),
		},
		Status: v1.PodStatus{Phase: pod.Status.Phase, PodIP: pod.Status.PodIP},
	}, nil
}

// of are the objects that an informer has.
func of[T any](informer cache.SharedIndexInformer) []*T {
	var all []*T
	for _, object := range informer.GetStore().List() {
		if one, ok := object.(*T); ok {
			all = append(all, one)
		}
	}
	return all
}
