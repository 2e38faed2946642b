package k3s

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"strings"

	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	rbac "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	utilnet "k8s.io/utils/net"
)

//go:embed coredns.yaml
var corednsText string

// clusterDNS are the addresses of the cluster's name server: those that were set, or the tenth of the Services' range.
func (s *settings) clusterDNS() string {
	services := s.texts("service-cidr", true)
	if len(s.values["cluster-dns"]) > 0 || len(services) == 0 {
		return strings.Join(s.texts("cluster-dns", true), ",")
	}
	_, network, err := net.ParseCIDR(services[0])
	if err != nil {
		return ""
	}
	ip, err := utilnet.GetIndexedIP(network, 10)
	if err != nil {
		return ""
	}
	return ip.String()
}

// corednsObjects are what the packaged CoreDNS is made of.
func corednsObjects(address, domain string) ([]runtime.Object, error) {
	text := strings.NewReplacer("%{CLUSTER_DNS}%", address, "%{CLUSTER_DOMAIN}%", domain).Replace(corednsText)
	var objects []runtime.Object
	for _, one := range strings.Split(text, "\n---\n") {
		object, _, err := scheme.Codecs.UniversalDeserializer().Decode([]byte(one), nil, nil)
		if err != nil {
			return nil, err
		}
		objects = append(objects, object)
	}
	return objects, nil
}

// keepCoreDNS makes of it what is not there. What is there stays as it is: it may be an operator's.
func (s *server) keepCoreDNS(ctx context.Context) error {
	address, _, _ := strings.Cut(s.settings.clusterDNS(), ",")
	objects, err := corednsObjects(address, s.settings.text("cluster-domain"))
	if err != nil {
		return err
	}
	var errs []error
	for _, object := range objects {
		if err := create(ctx, s.kubernetes, object); err != nil && !apierrors.IsAlreadyExists(err) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func create(ctx context.Context, client kubernetes.Interface, object runtime.Object) error {
	const system = metav1.NamespaceSystem
	options := metav1.CreateOptions{}
	var err error
	switch one := object.(type) {
	case *v1.ServiceAccount:
		_, err = client.CoreV1().ServiceAccounts(system).Create(ctx, one, options)
	case *v1.Service:
		_, err = client.CoreV1().Services(system).Create(ctx, one, options)
	case *apps.Deployment:
		_, err = client.AppsV1().Deployments(system).Create(ctx, one, options)
	case *rbac.ClusterRole:
		_, err = client.RbacV1().ClusterRoles().Create(ctx, one, options)
	case *rbac.ClusterRoleBinding:
		_, err = client.RbacV1().ClusterRoleBindings().Create(ctx, one, options)
	default:
		err = fmt.Errorf("%T is not among what is made here", object)
	}
	return err
}
