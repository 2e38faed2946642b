package k3s

import (
	"context"
	"slices"
	"testing"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/kwok/pkg/utils/expression"

	"estate/local/kubernetes/kubelet"
)

// Two that both took a pod would write its status in turns; one that nobody took would stay as it is.
func TestAPodIsEitherRunOrPlayed(t *testing.T) {
	told := played()
	requirement, err := expression.NewRequirement(told.Key, told.Operator, told.Values)
	if err != nil {
		t.Fatal(err)
	}
	const whoami = "docker.io/traefik/whoami:v1.11.0@sha256:200689790a0a0ea48ca45992e0450bc26ccab5307375b41c84dfc4f2475937ab"
	running := 0
	for _, pod := range []v1.Pod{
		{Spec: v1.PodSpec{Containers: []v1.Container{{Image: whoami}}}},
		{Spec: v1.PodSpec{Containers: []v1.Container{{Image: "traefik/whoami"}, {Image: "traefik/whoami:v1"}}}},
		{Spec: v1.PodSpec{Containers: []v1.Container{{Image: whoami}}, InitContainers: []v1.Container{{Image: "traefik/whoami"}}}},
		{Spec: v1.PodSpec{Containers: []v1.Container{{Image: whoami}}, InitContainers: []v1.Container{{Image: "busybox"}}}},
		{Spec: v1.PodSpec{Containers: []v1.Container{{Image: whoami}, {Image: "example.test/none:1"}}}},
		{Spec: v1.PodSpec{Containers: []v1.Container{{Image: "example.test:5000/traefik/whoami:1"}}}},
		{Spec: v1.PodSpec{Containers: []v1.Container{{Image: "localhost/traefik/whoami"}}}},
		{Spec: v1.PodSpec{Containers: []v1.Container{{Image: "whoami"}}}},
		{Spec: v1.PodSpec{Containers: []v1.Container{{Image: "redis:7", Command: []string{"redis-server"}}, {Image: whoami}}}},
		{Spec: v1.PodSpec{Containers: []v1.Container{{Image: "redis:7"}}}},
		{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{"a": "b"}}, Spec: v1.PodSpec{Containers: []v1.Container{{Image: whoami}}}},
		{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{"estate.local/behaviour": "fail"}}, Spec: v1.PodSpec{Containers: []v1.Container{{Image: whoami}}}},
		{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{mirrorAnnotation: "x"}}, Spec: v1.PodSpec{Containers: []v1.Container{{Image: whoami}}}},
	} {
		data, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&pod)
		if err != nil {
			t.Fatal(err)
		}
		isPlayed, err := requirement.Matches(context.Background(), data)
		if err != nil {
			t.Fatal(err)
		}
		runs := kubelet.Runs(&pod)
		if runs == isPlayed {
			t.Errorf("runs: %v, played: %v: %+v", runs, isPlayed, pod)
		}
		if runs {
			running++
		}
	}
	want := 4
	if whole, bare := kubelet.Repositories(); slices.Contains(append(whole, bare...), "docker.io/library/redis") {
		want = 5 // where Redis is installed
	}
	if running != want {
		t.Errorf("%d of them run, not %d", running, want)
	}
}
