package k3s

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// rendered is the manifest that hosts get, as a test of the renderer keeps it.
const rendered = "../../../test/unit/ignition/__golden__/kube-vip.yaml"

// placed is a folder of manifests with the one that hosts get, after a change.
func placed(t *testing.T, from, to string) string {
	t.Helper()
	text, err := os.ReadFile(rendered)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), from) {
		t.Fatalf("%s does not hold %q", rendered, from)
	}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "kube-vip.yaml"), []byte(strings.ReplaceAll(string(text), from, to)), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}

func read(t *testing.T, folder string) (*v1.Pod, *kubeVip, error) {
	t.Helper()
	pods, err := readStaticPods(folder)
	if err != nil {
		return nil, nil, err
	}
	if len(pods) != 1 {
		t.Fatalf("%d pods", len(pods))
	}
	vip, err := newKubeVip(pods[0], pods[0].Spec.Containers[0], "orchestrator-02")
	return pods[0], vip, err
}

func TestTheManifestThatHostsGetIsPlayed(t *testing.T) {
	_, vip, err := read(t, placed(t, "", ""))
	if err != nil {
		t.Fatal(err)
	}
	if vip.node != "orchestrator-02" || vip.address.String() != "10.20.0.9" || vip.port != "6443" || vip.namespace != "kube-system" || vip.lease != "plndr-cp-lock" {
		t.Errorf("%+v", vip)
	}
	if vip.duration != 5*time.Second || vip.renewal != 3*time.Second || vip.retry != time.Second || vip.announceFor != 3*time.Second {
		t.Errorf("%+v", vip)
	}
	if vip.api.String() != "127.0.0.1" || vip.kubeconfig != "/etc/rancher/k3s/k3s.yaml" {
		t.Errorf("it asks %s with %s", vip.api, vip.kubeconfig)
	}
}

func TestAManifestThatWouldNotDoIsRefused(t *testing.T) {
	for name, change := range map[string][2]string{
		"image of another release":  {"kube-vip:v1.0.2@", "kube-vip:v1.0.3@"},
		"image without a digest":    {"@sha256:", "-"},
		"other command":             {"- manager", "- service"},
		"own network":               {"hostNetwork: true", "hostNetwork: false"},
		"no capability":             {"- NET_RAW", "- NET_BIND_SERVICE"},
		"unknown variable":          {"name: vip_arp", "name: vip_arpp"},
		"no election":               {"name: vip_leaderelection\n          value: \"true\"", "name: vip_leaderelection\n          value: \"false\""},
		"no address":                {"10.20.0.9", "api.internal"},
		"no time":                   {"name: vip_leaseduration\n          value: \"5\"", "name: vip_leaseduration\n          value: 5s"},
		"an API that has no name":   {"- kubernetes", "- api"},
		"kubeconfig somewhere else": {"/etc/kubernetes/admin.conf", "/root/.kube/config"},
		"a field that is none":      {"hostNetwork: true", "hostnetworks: true"},
		"no pod":                    {"kind: Pod", "kind: DaemonSet"},
	} {
		if _, _, err := read(t, placed(t, change[0], change[1])); err == nil {
			t.Errorf("%s: it was taken", name)
		}
	}
}

func TestAMirrorIsWhatANodeMayMake(t *testing.T) {
	pod, _, err := read(t, placed(t, "", ""))
	if err != nil {
		t.Fatal(err)
	}
	mirror := mirrorOf(pod, &v1.Node{ObjectMeta: metav1.ObjectMeta{Name: "orchestrator-02", UID: "u"}})
	if mirror.Name != "kube-vip-orchestrator-02" || mirror.Namespace != "kube-system" || mirror.Spec.NodeName != "orchestrator-02" {
		t.Errorf("%s/%s on %s", mirror.Namespace, mirror.Name, mirror.Spec.NodeName)
	}
	owner := mirror.OwnerReferences[0]
	if mirror.Annotations[mirrorAnnotation] == "" || owner.Kind != "Node" || owner.UID != "u" || owner.Controller == nil || !*owner.Controller {
		t.Errorf("%v %v", mirror.Annotations, owner)
	}
	other, _, err := read(t, placed(t, "10.20.0.9", "10.20.0.10"))
	if err != nil {
		t.Fatal(err)
	}
	if other.Annotations[hashAnnotation] == pod.Annotations[hashAnnotation] {
		t.Error("another manifest has the same mirror")
	}
}

func TestAnAnnouncementIsAGratuitousARP(t *testing.T) {
	mac := net.HardwareAddr{0xfa, 0x16, 0x3e, 1, 2, 3}
	want := []byte{0, 1, 8, 0, 6, 4, 0, 1, 0xfa, 0x16, 0x3e, 1, 2, 3, 10, 20, 0, 9, 0, 0, 0, 0, 0, 0, 10, 20, 0, 9}
	if got := gratuitousARP(mac, net.IPv4(10, 20, 0, 9)); !bytes.Equal(got, want) {
		t.Errorf("% x", got)
	}
}
