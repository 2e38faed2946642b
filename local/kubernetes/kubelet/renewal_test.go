package kubelet

import (
	"context"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestVolumesFollowWhatTheyAreMadeFromAndTheContainerGoesOn(t *testing.T) {
	renewalPause = 100 * time.Millisecond
	l := newLab(t)
	settings := &v1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "settings", Namespace: "default"}, Data: map[string]string{"key": "first"}}
	l.create(settings)
	l.create(podOf("following", "follow", func(pod *v1.Pod) {
		optional := true
		sources := []v1.VolumeProjection{
			{ConfigMap: &v1.ConfigMapProjection{LocalObjectReference: v1.LocalObjectReference{Name: "settings"}}},
			{Secret: &v1.SecretProjection{LocalObjectReference: v1.LocalObjectReference{Name: "later"}, Optional: &optional}},
		}
		pod.Spec.Volumes = []v1.Volume{{Name: "both", VolumeSource: v1.VolumeSource{Projected: &v1.ProjectedVolumeSource{Sources: sources}}}}
		pod.Spec.Containers[0].VolumeMounts = []v1.VolumeMount{{Name: "both", MountPath: "/both", ReadOnly: true}}
	}))
	until(t, "it has what there is", func() bool { return l.said.has("both: first -") })
	settings.Data["key"] = "second"
	if _, err := l.client.CoreV1().ConfigMaps("default").Update(context.Background(), settings, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	until(t, "it has the new one", func() bool { return l.said.has("both: second -") })
	l.create(&v1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "later", Namespace: "default"}, Data: map[string][]byte{"password": []byte("unique")}})
	until(t, "it has what came later", func() bool { return l.said.has("both: second unique") })
	if err := l.client.CoreV1().ConfigMaps("default").Delete(context.Background(), "settings", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	time.Sleep(3 * renewalPause)
	if l.said.has("both: - unique") || l.pod("following").Status.ContainerStatuses[0].RestartCount != 0 {
		t.Error("what it had is gone with the object, or it was started anew")
	}
}
