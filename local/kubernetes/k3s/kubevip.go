package k3s

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

// kubeVip plays kube-vip in ARP mode for the control plane: of all servers that run it one holds a Lease, has the address on its
// interface and announces it; the others wait for the Lease.
type kubeVip struct {
	node        string
	address     net.IP
	port        string
	api         net.IP // what its host aliases say of the name `kubernetes`, by which it asks the API
	kubeconfig  string
	namespace   string
	lease       string
	duration    time.Duration
	renewal     time.Duration
	retry       time.Duration
	announceFor time.Duration // between two announcements
	interfaces  sync.Mutex    // held by who changes addresses
}

const (
	kubeVipRepository = "ghcr.io/kube-vip/kube-vip"
	kubeVipVersion    = "v1.0.2"
	kubeVipConfig     = "/etc/kubernetes/admin.conf" // the only file of that release in which it looks for the API
)

func isKubeVip(image string) bool {
	return strings.HasPrefix(image, kubeVipRepository+":") || strings.HasPrefix(image, kubeVipRepository+"@")
}

// kubeVipVariables are the environment variables of kube-vip v1.0.2 that are understood here, with its defaults. It knows more of them,
// and takes no notice of what it does not know; here anything else is an error, so that a typing mistake does not pass.
// Source: pkg/kubevip/config_envvar.go and cmd/kube-vip.go of kube-vip/kube-vip.
var kubeVipVariables = map[string]string{
	"address": "", "port": "6443", "vip_arp": "false", "vip_arpRate": "3000", "cp_enable": "false", "cp_namespace": "kube-system",
	"vip_leaderelection": "false", "vip_leasename": "plndr-cp-lock", "vip_leaseduration": "5", "vip_renewdeadline": "3", "vip_retryperiod": "1",
	"vip_nodename": "", "prometheus_server": ":2112",
}

// newKubeVip reads the pod as kube-vip and the kubelet would.
func newKubeVip(pod *v1.Pod, container v1.Container, node string) (*kubeVip, error) {
	wrong := func(format string, args ...any) (*kubeVip, error) {
		err := fmt.Errorf(format, args...)
		return nil, tell(err, "the static pod %s would not do: %s", pod.Name, err)
	}
	if !strings.HasPrefix(container.Image, kubeVipRepository+":"+kubeVipVersion+"@sha256:") {
		return wrong("its image %s is not %s:%s by its digest, which is what is played here", container.Image, kubeVipRepository, kubeVipVersion)
	}
	if len(container.Args) != 1 || container.Args[0] != "manager" {
		return wrong("its arguments must be [manager], not %v", container.Args)
	}
	if !pod.Spec.HostNetwork || !mayChangeNetwork(container) {
		return wrong("it needs the host's network, and the capabilities NET_ADMIN and NET_RAW")
	}
	values := map[string]string{}
	for name, value := range kubeVipVariables {
		values[name] = value
	}
	for _, variable := range container.Env {
		if _, known := kubeVipVariables[variable.Name]; !known {
			return wrong("the environment variable %s is not played here", variable.Name)
		}
		values[variable.Name] = variable.Value
		if from := variable.ValueFrom; from != nil {
			if from.FieldRef == nil || from.FieldRef.FieldPath != "spec.nodeName" {
				return wrong("the environment variable %s comes from something else than spec.nodeName", variable.Name)
			}
			values[variable.Name] = node
		}
	}
	for _, name := range []string{"vip_arp", "cp_enable", "vip_leaderelection"} {
		if values[name] != "true" {
			return wrong("%s must be true: nothing else is played here", name)
		}
	}
	k := &kubeVip{node: orElse(values["vip_nodename"], node), port: values["port"], namespace: values["cp_namespace"], lease: values["vip_leasename"]}
	if k.address = net.ParseIP(values["address"]).To4(); k.address == nil {
		return wrong("address %q is no IPv4 address", values["address"])
	}
	for name, period := range map[string]*time.Duration{"vip_leaseduration": &k.duration, "vip_renewdeadline": &k.renewal, "vip_retryperiod": &k.retry, "vip_arpRate": &k.announceFor} {
		count, err := strconv.Atoi(values[name])
		if err != nil || count <= 0 {
			return wrong("%s %q is no number above 0", name, values[name])
		}
		*period = time.Duration(count) * time.Second
		if name == "vip_arpRate" {
			*period = time.Duration(count) * time.Millisecond
		}
	}
	if k.api = aliasOf(pod, "kubernetes"); k.api == nil {
		return wrong("it asks the API of https://kubernetes:%s, and no host alias says where that is", k.port)
	}
	if k.kubeconfig = hostFileAt(pod, container, kubeVipConfig); k.kubeconfig == "" {
		return wrong("no file of the host is mounted at %s, where it looks for the API's kubeconfig", kubeVipConfig)
	}
	return k, nil
}

func mayChangeNetwork(container v1.Container) bool {
	if container.SecurityContext == nil || container.SecurityContext.Capabilities == nil {
		return false
	}
	added := map[v1.Capability]bool{}
	for _, capability := range container.SecurityContext.Capabilities.Add {
		added[capability] = true
	}
	return added["NET_ADMIN"] && added["NET_RAW"]
}

func aliasOf(pod *v1.Pod, name string) net.IP {
	for _, alias := range pod.Spec.HostAliases {
		if has(alias.Hostnames, name) {
			return net.ParseIP(alias.IP)
		}
	}
	return nil
}

// hostFileAt is the file of the host that the container has at a path.
func hostFileAt(pod *v1.Pod, container v1.Container, path string) string {
	for _, mount := range container.VolumeMounts {
		if mount.MountPath != path {
			continue
		}
		for _, volume := range pod.Spec.Volumes {
			if volume.Name == mount.Name && volume.HostPath != nil {
				return volume.HostPath.Path
			}
		}
	}
	return ""
}

// run takes part until the context is over, and starts anew when it has lost the Lease, as the container does.
func (k *kubeVip) run(ctx context.Context) {
	for ctx.Err() == nil {
		if err := k.takePart(ctx); err != nil && ctx.Err() == nil {
			failure("[kube-vip] %v", err)
		}
		if sleep(ctx, k.retry) != nil {
			return
		}
	}
}

// takePart returns when the Lease is lost. An address that a killed start has left is taken away first.
func (k *kubeVip) takePart(ctx context.Context) error {
	device, err := defaultInterface()
	if err != nil {
		return err
	}
	if err := removeAddress(device, k.address); err != nil {
		return err
	}
	client, err := k.client()
	if err != nil {
		return err
	}
	elector, err := leaderelection.NewLeaderElector(leaderelection.LeaderElectionConfig{
		Lock: &resourcelock.LeaseLock{
			LeaseMeta: metav1.ObjectMeta{Name: k.lease, Namespace: k.namespace}, Client: client.CoordinationV1(),
			LockConfig: resourcelock.ResourceLockConfig{Identity: k.node},
		},
		ReleaseOnCancel: true, LeaseDuration: k.duration, RenewDeadline: k.renewal, RetryPeriod: k.retry,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: func(leading context.Context) { k.lead(leading, device) },
			OnStoppedLeading: func() {
				// a server that still has it when another takes it over answers beside that
				k.interfaces.Lock()
				defer k.interfaces.Unlock()
				if err := removeAddress(device, k.address); err != nil {
					failure("[kube-vip] delete VIP: %v", err)
				}
			},
			OnNewLeader: func(leader string) { info("[kube-vip] %s has %s now", leader, k.address) },
		},
	})
	if err != nil {
		return err
	}
	elector.Run(ctx)
	return errors.New("lost leadership, restarting kube-vip")
}

// lead has the address on the interface and announces it, until the Lease is lost.
func (k *kubeVip) lead(ctx context.Context, device *net.Interface) {
	for {
		k.interfaces.Lock()
		if ctx.Err() == nil {
			if err := errors.Join(addAddress(device, k.address), announce(device, k.address)); err != nil {
				failure("[kube-vip] %v", err)
			}
		}
		k.interfaces.Unlock()
		if sleep(ctx, k.announceFor) != nil {
			return
		}
	}
}

// client asks the API by the name and the address that kube-vip takes, whatever the kubeconfig says.
func (k *kubeVip) client() (kubernetes.Interface, error) {
	config, err := clientcmd.BuildConfigFromFlags("", k.kubeconfig)
	if err != nil {
		return nil, err
	}
	config.Host = "https://" + net.JoinHostPort("kubernetes", k.port)
	config.Timeout = k.renewal
	config.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, net.JoinHostPort(k.api.String(), k.port))
	}
	return kubernetes.NewForConfig(rest.AddUserAgent(config, "kube-vip/"+kubeVipVersion))
}
