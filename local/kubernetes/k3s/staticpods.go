package k3s

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sort"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

const (
	mirrorAnnotation = "kubernetes.io/config.mirror"
	hashAnnotation   = "kubernetes.io/config.hash"
	sourceAnnotation = "kubernetes.io/config.source"
	mirrorPeriod     = 10 * time.Second
)

// readStaticPods reads the pods that a kubelet would run from the files of a folder, in the order of their names. A file that is not
// a pod is an error; a kubelet would say so and go on.
func readStaticPods(folder string) ([]*v1.Pod, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		return nil, err
	}
	sort.Strings(files)
	var pods []*v1.Pod
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		pod := &v1.Pod{}
		err = yaml.UnmarshalStrict(text, pod)
		if err == nil && (pod.Kind != "Pod" || pod.Name == "") {
			err = errors.New("it has no kind Pod, or no name")
		}
		if err != nil {
			return nil, tell(err, "%s is not the manifest of a pod: %s", file, err)
		}
		sum := sha256.Sum256(text)
		if pod.Annotations == nil {
			pod.Annotations = map[string]string{}
		}
		pod.Annotations[hashAnnotation] = hex.EncodeToString(sum[:16])
		pod.Annotations[sourceAnnotation] = "file"
		if pod.Namespace == "" {
			pod.Namespace = metav1.NamespaceDefault
		}
		pods = append(pods, pod)
	}
	return pods, nil
}

// runStaticPods plays the host's static pods: those whose program is known here do what it would do, and all have a mirror in the API.
func (n *node) runStaticPods(ctx context.Context) error {
	pods, err := readStaticPods(filepath.Join(n.agent.folder, "pod-manifests"))
	if err != nil {
		return err
	}
	for _, pod := range pods {
		for _, container := range pod.Spec.Containers {
			if !isKubeVip(container.Image) {
				warn("k3s played: the static pod %s is shown, but nothing plays its container %s (%s)", pod.Name, container.Name, container.Image)
				continue
			}
			vip, err := newKubeVip(pod, container, n.agent.host.name)
			if err != nil {
				return err
			}
			go vip.run(ctx)
		}
	}
	go n.mirrorPods(ctx, pods)
	return nil
}

// mirrorPods keeps the mirrors as a kubelet does: made when they are missing, made anew when the file is another one.
func (n *node) mirrorPods(ctx context.Context, pods []*v1.Pod) {
	for len(pods) > 0 {
		for _, pod := range pods {
			if err := n.mirrorPod(ctx, pod); err != nil && ctx.Err() == nil {
				failure("Failed creating a mirror pod for %s: %v", pod.Name, err)
			}
		}
		if sleep(ctx, mirrorPeriod) != nil {
			return
		}
	}
}

func (n *node) mirrorPod(ctx context.Context, pod *v1.Pod) error {
	node, err := n.client.CoreV1().Nodes().Get(ctx, n.agent.host.name, metav1.GetOptions{ResourceVersion: "0"})
	if err != nil || node.DeletionTimestamp != nil {
		return err
	}
	want := mirrorOf(pod, node)
	pods := n.client.CoreV1().Pods(want.Namespace)
	// as a kubelet asks: a node may list its own pods, and may not ask for one that is not there
	own, err := pods.List(ctx, metav1.ListOptions{FieldSelector: "spec.nodeName=" + node.Name})
	if err != nil {
		return err
	}
	at := slices.IndexFunc(own.Items, func(pod v1.Pod) bool { return pod.Name == want.Name })
	if at < 0 {
		_, err = pods.Create(ctx, want, metav1.CreateOptions{})
		return err
	}
	current := own.Items[at]
	same := current.Annotations[mirrorAnnotation] == want.Annotations[mirrorAnnotation] && reflect.DeepEqual(current.OwnerReferences, want.OwnerReferences)
	if same && current.DeletionTimestamp == nil {
		return nil
	}
	now := int64(0)
	return pods.Delete(ctx, want.Name, metav1.DeleteOptions{GracePeriodSeconds: &now, Preconditions: &metav1.Preconditions{UID: &current.UID}})
}

// mirrorOf is how the API shows a static pod of a node. A node may make no other pods than these.
func mirrorOf(pod *v1.Pod, node *v1.Node) *v1.Pod {
	yes := true
	mirror := pod.DeepCopy()
	mirror.Name = pod.Name + "-" + node.Name
	mirror.Spec.NodeName = node.Name
	mirror.Annotations[mirrorAnnotation] = pod.Annotations[hashAnnotation]
	mirror.OwnerReferences = []metav1.OwnerReference{{APIVersion: "v1", Kind: "Node", Name: node.Name, UID: node.UID, Controller: &yes}}
	// no scheduler decides, and none of the node's taints sends it away
	mirror.Spec.Tolerations = append(mirror.Spec.Tolerations, v1.Toleration{Operator: v1.TolerationOpExists, Effect: v1.TaintEffectNoExecute})
	return mirror
}
