package k3s

import (
	"testing"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func announced(name, pods, address, data string) *v1.Node {
	return &v1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: map[string]string{flannelTypeAnnotation: "vxlan", flannelAddressAnnotation: address, flannelDataAnnotation: data}},
		Spec:       v1.NodeSpec{PodCIDR: pods},
	}
}

func TestPeersAreTheOtherNodesThatToldEverything(t *testing.T) {
	const data = `{"VNI":1,"VtepMAC":"02:00:00:00:00:02"}`
	silent := announced("silent", "10.42.5.0/24", "10.77.0.5", data)
	silent.Annotations = nil
	peers := peersOf([]*v1.Node{
		announced("own", "10.42.1.0/24", "10.77.0.1", data),
		announced("other", "10.42.2.0/24", "10.77.0.2", data),
		announced("no range yet", "", "10.77.0.3", data),
		announced("broken", "10.42.4.0/24", "10.77.0.4", `{"VtepMAC":"?"}`),
		announced("no address", "10.42.6.0/24", "", data),
		silent,
	}, "own")
	if len(peers) != 1 {
		t.Fatalf("there are %d peers: %v", len(peers), peers)
	}
	if got := peers[0].Pods.String() + " " + peers[0].Host.String() + " " + peers[0].MAC.String(); got != "10.42.2.0/24 10.77.0.2 02:00:00:00:00:02" {
		t.Errorf("the peer is %s", got)
	}
}
