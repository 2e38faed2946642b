package await

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"estate/local/engine/kubernetes/object"
)

var (
	services       = schema.GroupVersionResource{Version: "v1", Resource: "services"}
	endpointSlices = schema.GroupVersionResource{Group: "discovery.k8s.io", Version: "v1", Resource: "endpointslices"}
)

const noPods = "Service does not target any Pods. Selected Pods may not be ready, or field '.spec.selector' may not " +
	"match labels on any Pods"

// service waits until there is a pod behind it and, for a load balancer, until it has an address.
func service(w Waiter, ctx context.Context, o *object.Unstructured) Verdict {
	s := &corev1.Service{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, s); err != nil {
		return missing(err.Error())
	}
	var reasons []string
	if targetsPods(s) {
		count, err := w.endpoints(ctx, o.GetNamespace(), o.GetName())
		switch {
		case err != nil:
			reasons = append(reasons, err.Error())
		case count == 0:
			reasons = append(reasons, noPods)
		}
	}
	if s.Spec.Type == corev1.ServiceTypeLoadBalancer && len(s.Status.LoadBalancer.Ingress) == 0 {
		reasons = append(reasons, "Service was not allocated an IP address; does your cloud provider support this?")
	}
	return Verdict{Ready: len(reasons) == 0, Reasons: reasons}
}

// targetsPods: headless and external services promise nobody an endpoint, and those without a selector get theirs
// from elsewhere.
func targetsPods(s *corev1.Service) bool {
	return s.Spec.Type != corev1.ServiceTypeExternalName && s.Spec.ClusterIP != corev1.ClusterIPNone &&
		len(s.Spec.Selector) > 0
}

// endpoints counts the ready addresses behind a service.
func (w Waiter) endpoints(ctx context.Context, namespace, name string) (int, error) {
	slices, err := w.Cluster.List(ctx, endpointSlices, namespace, discoveryv1.LabelServiceName+"="+name)
	if err != nil {
		return 0, err
	}
	count := 0
	for _, item := range slices {
		slice := &discoveryv1.EndpointSlice{}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(item.Object, slice); err != nil {
			return 0, err
		}
		for _, endpoint := range slice.Endpoints {
			if endpoint.Conditions.Ready == nil || *endpoint.Conditions.Ready {
				count++
			}
		}
	}
	return count, nil
}

// ingress waits until a controller gave it an address and until the services it names have pods.
func ingress(w Waiter, ctx context.Context, o *object.Unstructured) Verdict {
	i := &networkingv1.Ingress{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, i); err != nil {
		return missing(err.Error())
	}
	var reasons []string
	for _, name := range backends(i) {
		if reason := w.backendReason(ctx, o.GetNamespace(), name); reason != "" {
			reasons = append(reasons, reason)
		}
	}
	if len(i.Status.LoadBalancer.Ingress) == 0 {
		reasons = append(reasons, "Ingress .status.loadBalancer field was not updated with a hostname/IP address; is "+
			"there a controller for its class?")
	}
	return Verdict{Ready: len(reasons) == 0, Reasons: reasons}
}

func (w Waiter) backendReason(ctx context.Context, namespace, name string) string {
	o, err := w.Cluster.Get(ctx, services, namespace, name)
	if apierrors.IsNotFound(err) {
		return fmt.Sprintf("there is no Service %q", name)
	}
	s := &corev1.Service{}
	if err != nil || runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, s) != nil || !targetsPods(s) {
		return ""
	}
	if count, err := w.endpoints(ctx, namespace, name); err == nil && count == 0 {
		return fmt.Sprintf("no pod of Service %q is ready", name)
	}
	return ""
}

// backends lists the services an ingress names, each once.
func backends(i *networkingv1.Ingress) []string {
	var names []string
	seen := map[string]bool{}
	add := func(backend *networkingv1.IngressBackend) {
		if backend != nil && backend.Service != nil && !seen[backend.Service.Name] {
			seen[backend.Service.Name] = true
			names = append(names, backend.Service.Name)
		}
	}
	add(i.Spec.DefaultBackend)
	for _, rule := range i.Spec.Rules {
		if rule.HTTP == nil {
			continue
		}
		for _, path := range rule.HTTP.Paths {
			add(&path.Backend)
		}
	}
	return names
}
