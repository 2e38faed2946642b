package k3s

import (
	"testing"

	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"

	"estate/local/kubernetes/kubelet"
)

func TestTheNameServerIsTheTenthOfTheServicesUnlessItIsSet(t *testing.T) {
	for want, args := range map[string][]string{
		"10.43.0.10": nil, "10.96.0.10": {"--service-cidr=10.96.0.0/12"}, "10.96.0.53": {"--service-cidr=10.96.0.0/12", "--cluster-dns=10.96.0.53"},
	} {
		s, err := parseSettings("server", args, func(string) string { return "" })
		if err != nil {
			t.Fatal(err)
		}
		if got := s.clusterDNS(); got != want {
			t.Errorf("with %v it is %s, not %s", args, got, want)
		}
	}
}

func TestThePackagedNameServerCanRunAndHasItsAddress(t *testing.T) {
	objects, err := corednsObjects("10.43.0.10", "cluster.local")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, object := range objects {
		switch one := object.(type) {
		case *v1.Service:
			seen++
			if one.Spec.ClusterIP != "10.43.0.10" {
				t.Errorf("its address is %s", one.Spec.ClusterIP)
			}
		case *apps.Deployment:
			seen++
			if !kubelet.Runs(&v1.Pod{Spec: one.Spec.Template.Spec}) {
				t.Error("no program plays it")
			}
			if args := one.Spec.Template.Spec.Containers[0].Args; len(args) != 1 || args[0] != "--domain=cluster.local" {
				t.Errorf("its arguments are %v", args)
			}
		}
	}
	if len(objects) != 5 || seen != 2 {
		t.Errorf("it is made of %d objects", len(objects))
	}
}
