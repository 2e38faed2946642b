package k3s

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
)

// node does the kubelet's work for the Node object: registers it, reports its status, renews its Lease.
type node struct {
	agent  *agent
	client kubernetes.Interface
	config map[string]any // what the servers tell of the cluster
}

const (
	statusPeriod      = 5 * time.Minute // as a kubelet whose status does not change
	statusCheckPeriod = 10 * time.Second
	leasePeriod       = 10 * time.Second
)

func (n *node) run(ctx context.Context) error {
	a := n.agent
	if err := patiently(ctx, "Unable to register node with API server", a.server, 2*time.Second, func() error { return n.register(ctx) }); err != nil {
		return nil
	}
	if err := patiently(ctx, "Unable to update node status", a.server, 2*time.Second, func() error { return n.report(ctx) }); err != nil {
		return nil
	}
	go n.renewLease(ctx)
	if err := n.runStaticPods(ctx); err != nil {
		return err
	}
	info("k3s is up and running; node %s is registered", a.host.name)
	estateReady(fmt.Sprintf("the node %s is registered with the cluster at %s", a.host.name, a.server))
	notifyReady()
	go n.playPods(ctx)
	n.keepStatus(ctx)
	return nil
}

// keepStatus reports when it is time, and, as a kubelet does, as soon as the cluster has another idea of the node: one that
// was not heard of for a while is marked as unknown, and only the node itself takes that back.
func (n *node) keepStatus(ctx context.Context) {
	reported := time.Now()
	for sleep(ctx, statusCheckPeriod) == nil {
		current, err := n.client.CoreV1().Nodes().Get(ctx, n.agent.host.name, metav1.GetOptions{ResourceVersion: "0"})
		if err != nil || (isReady(current) && time.Since(reported) < statusPeriod) {
			continue
		}
		if err := n.report(ctx); err != nil {
			failure("Unable to update node status: %v", err)
			continue
		}
		reported = time.Now()
	}
}

// register creates the Node, or brings the labels and annotations of the one that is there up to date. It is done once
// a start, as a kubelet does it: a Node that is deleted while the host runs does not come back by itself.
func (n *node) register(ctx context.Context) error {
	want := n.object()
	_, err := n.client.CoreV1().Nodes().Create(ctx, want, metav1.CreateOptions{})
	if !apierrors.IsAlreadyExists(err) {
		return n.explain(err)
	}
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"labels": want.Labels, "annotations": want.Annotations}})
	if err != nil {
		return err
	}
	_, err = n.client.CoreV1().Nodes().Patch(ctx, want.Name, types.StrategicMergePatchType, patch, metav1.PatchOptions{})
	return n.explain(err)
}

func (n *node) explain(err error) error {
	if apierrors.IsForbidden(err) || apierrors.IsInvalid(err) {
		return tell(err, "the cluster refuses the Node of this host: %s", err)
	}
	return err
}

func (n *node) object() *v1.Node {
	h := n.agent.host
	taints, _ := parseTaints(n.agent.settings.texts("node-taint", false))
	labels := map[string]string{
		v1.LabelHostname: h.name, v1.LabelOSStable: runtime.GOOS, v1.LabelArchStable: runtime.GOARCH, "beta.kubernetes.io/os": runtime.GOOS, "beta.kubernetes.io/arch": runtime.GOARCH,
		v1.LabelInstanceType: "k3s", v1.LabelInstanceTypeStable: "k3s",
	}
	for _, label := range n.agent.settings.texts("node-label", false) {
		key, value, _ := strings.Cut(label, "=")
		labels[key] = value
	}
	command := "agent"
	if n.agent.isServer {
		command = "server"
	}
	arguments, _ := json.Marshal([]string{command})
	annotations := map[string]string{
		"alpha.kubernetes.io/provided-node-ip": h.ip(), "k3s.io/hostname": h.name, "k3s.io/internal-ip": strings.Join(h.ips, ","), "k3s.io/node-args": string(arguments),
		"volumes.kubernetes.io/controller-managed-attach-detach": "true",
	}
	if len(h.externalIPs) > 0 {
		annotations["k3s.io/external-ip"] = strings.Join(h.externalIPs, ",")
	}
	return &v1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: h.name, Labels: labels, Annotations: annotations},
		Spec:       v1.NodeSpec{ProviderID: "k3s://" + h.name, Taints: taints},
	}
}

// report writes the Node's status.
func (n *node) report(ctx context.Context) error {
	h, now := n.agent.host, metav1.Now()
	var addresses []v1.NodeAddress
	add := func(kind v1.NodeAddressType, values []string) {
		for _, value := range values {
			addresses = append(addresses, v1.NodeAddress{Type: kind, Address: value})
		}
	}
	add(v1.NodeInternalIP, h.ips)
	add(v1.NodeExternalIP, h.externalIPs)
	add(v1.NodeHostName, []string{h.name})
	add(v1.NodeInternalDNS, n.agent.settings.texts("node-internal-dns", true))
	add(v1.NodeExternalDNS, n.agent.settings.texts("node-external-dns", true))
	resources := v1.ResourceList{
		v1.ResourceCPU: quantity(h.cpus), v1.ResourceMemory: quantity(h.memory), v1.ResourceEphemeralStorage: quantity(h.disk), v1.ResourcePods: quantity("110"),
	}
	current, err := n.client.CoreV1().Nodes().Get(ctx, h.name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	condition := func(kind v1.NodeConditionType, status v1.ConditionStatus, reason, message string) v1.NodeCondition {
		changed := now
		for _, old := range current.Status.Conditions {
			if old.Type == kind && old.Status == status {
				changed = old.LastTransitionTime
			}
		}
		return v1.NodeCondition{Type: kind, Status: status, Reason: reason, Message: message, LastHeartbeatTime: now, LastTransitionTime: changed}
	}
	conditions := []v1.NodeCondition{
		condition(v1.NodeMemoryPressure, v1.ConditionFalse, "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
		condition(v1.NodeDiskPressure, v1.ConditionFalse, "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
		condition(v1.NodePIDPressure, v1.ConditionFalse, "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
		condition(v1.NodeReady, v1.ConditionTrue, "KubeletReady", "kubelet is posting ready status"),
	}
	for _, old := range current.Status.Conditions {
		if !hasCondition(conditions, old.Type) {
			conditions = append(conditions, old)
		}
	}
	patch, err := json.Marshal(map[string]any{"status": map[string]any{
		"addresses": addresses, "capacity": resources, "allocatable": resources, "conditions": conditions,
		"nodeInfo": v1.NodeSystemInfo{
			MachineID: h.machineID, SystemUUID: h.systemUUID, BootID: h.bootID, KernelVersion: kernel(), OSImage: osImage(),
			ContainerRuntimeVersion: "kwok://0.6.1", KubeletVersion: Version, OperatingSystem: runtime.GOOS, Architecture: runtime.GOARCH,
		},
	}})
	if err != nil {
		return err
	}
	_, err = n.client.CoreV1().Nodes().Patch(ctx, h.name, types.MergePatchType, patch, metav1.PatchOptions{}, "status")
	return err
}

func hasCondition(list []v1.NodeCondition, kind v1.NodeConditionType) bool {
	for _, c := range list {
		if c.Type == kind {
			return true
		}
	}
	return false
}

func quantity(text string) resource.Quantity {
	q, err := resource.ParseQuantity(text)
	if err != nil {
		return resource.MustParse("1")
	}
	return q
}

func kernel() string { return orElse(firstLine("/proc/sys/kernel/osrelease"), "unknown") }

// osImage is the PRETTY_NAME of the host's own root folder.
func osImage() string {
	for _, file := range []string{"/etc/os-release", "/usr/lib/os-release"} {
		content, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		for _, line := range strings.Split(string(content), "\n") {
			if name, ok := strings.CutPrefix(line, "PRETTY_NAME="); ok {
				return strings.Trim(name, `"'`)
			}
		}
	}
	return "unknown"
}
