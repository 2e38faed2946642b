package k3s

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"sort"

	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

const enableBalancerLabel = "svccontroller.k3s.cattle.io/enablelb"

// keepServices gives Services of type LoadBalancer the addresses of the nodes, as servicelb does: of those labelled for
// it, or of all that are ready. All servers do it; they write the same.
func (s *server) keepServices(ctx context.Context, services, nodes []any) error {
	var errs []error
	ingress := ingressOf(nodesOf(nodes))
	for _, item := range services {
		service, ok := item.(*v1.Service)
		if !ok || service.Spec.Type != v1.ServiceTypeLoadBalancer || service.DeletionTimestamp != nil || service.Spec.LoadBalancerClass != nil {
			continue
		}
		var current []string
		for _, point := range service.Status.LoadBalancer.Ingress {
			current = append(current, point.IP)
		}
		if reflect.DeepEqual(current, ingress) {
			continue
		}
		points := []map[string]string{}
		for _, ip := range ingress {
			points = append(points, map[string]string{"ip": ip, "ipMode": string(v1.LoadBalancerIPModeVIP)})
		}
		patch, err := json.Marshal(map[string]any{"status": map[string]any{"loadBalancer": map[string]any{"ingress": points}}})
		if err != nil {
			return err
		}
		_, err = s.kubernetes.CoreV1().Services(service.Namespace).Patch(ctx, service.Name, types.MergePatchType, patch, metav1.PatchOptions{}, "status")
		if err != nil && !apierrors.IsNotFound(err) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func ingressOf(nodes []*v1.Node) []string {
	var chosen []*v1.Node
	for _, node := range nodes {
		if node.Labels[enableBalancerLabel] == "true" {
			chosen = append(chosen, node)
		}
	}
	if len(chosen) == 0 {
		chosen = nodes
	}
	var ips []string
	for _, node := range chosen {
		if !isReady(node) || node.DeletionTimestamp != nil {
			continue
		}
		internal, external := "", ""
		for _, address := range node.Status.Addresses {
			switch address.Type {
			case v1.NodeInternalIP:
				internal = orElse(internal, address.Address)
			case v1.NodeExternalIP:
				external = orElse(external, address.Address)
			}
		}
		if ip := orElse(external, internal); ip != "" {
			ips = append(ips, ip)
		}
	}
	sort.Strings(ips)
	return ips
}

func isReady(node *v1.Node) bool {
	for _, condition := range node.Status.Conditions {
		if condition.Type == v1.NodeReady {
			return condition.Status == v1.ConditionTrue
		}
	}
	return false
}
