package kubelet

import (
	"context"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
)

// lab is a node with an API that only remembers.
type lab struct {
	t      *testing.T
	client *fake.Clientset
	said   *said
}

func newLab(t *testing.T) *lab {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	l := &lab{t: t, client: fake.NewClientset(), said: &said{}}
	l.create(&v1.Service{ObjectMeta: metav1.ObjectMeta{Name: "kubernetes", Namespace: "default"}, Spec: v1.ServiceSpec{ClusterIP: "10.43.0.1"}})
	folder := t.TempDir()
	k := &Kubelet{
		Client: l.client, Node: "one", HostIP: "127.0.0.1", DNS: "10.43.0.10", Domain: "cluster.local", Folder: folder, Roots: "/run/" + t.Name(), Log: l.said.line,
		Address: func(*v1.Pod) (string, error) { return "127.0.0.1", nil }, Network: func(string) string { return "/proc/self/ns/net" },
	}
	pods := informers.NewSharedInformerFactory(l.client, 0).Core().V1().Pods().Informer()
	if err := k.Follow(ctx, pods); err != nil {
		t.Fatal(err)
	}
	// what is created after the list and before the watch is lost on this API
	watching := make(chan struct{})
	l.client.PrependWatchReactor("pods", func(action clienttesting.Action) (bool, watch.Interface, error) {
		watcher, err := l.client.Tracker().Watch(action.GetResource(), action.GetNamespace())
		closeOnce(watching)
		return true, watcher, err
	})
	go pods.Run(ctx.Done())
	<-watching
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(l.said.all())
		}
	})
	return l
}

func (l *lab) create(object any) {
	l.t.Helper()
	var err error
	switch of := object.(type) {
	case *v1.Service:
		_, err = l.client.CoreV1().Services(of.Namespace).Create(context.Background(), of, metav1.CreateOptions{})
	case *v1.Secret:
		_, err = l.client.CoreV1().Secrets(of.Namespace).Create(context.Background(), of, metav1.CreateOptions{})
	case *v1.ConfigMap:
		_, err = l.client.CoreV1().ConfigMaps(of.Namespace).Create(context.Background(), of, metav1.CreateOptions{})
	case *v1.Pod:
		_, err = l.client.CoreV1().Pods(of.Namespace).Create(context.Background(), of, metav1.CreateOptions{})
	}
	if err != nil {
		l.t.Fatal(err)
	}
}

func (l *lab) pod(name string) *v1.Pod {
	pod, err := l.client.CoreV1().Pods("default").Get(context.Background(), name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		l.t.Fatal(err)
	}
	return pod
}

// remove asks for the deletion of a pod, as the API does it: the pod stays until its node takes it out.
func (l *lab) remove(name string, grace int64) {
	l.t.Helper()
	pod := l.pod(name)
	now := metav1.Now()
	pod.DeletionTimestamp, pod.DeletionGracePeriodSeconds = &now, &grace
	if _, err := l.client.CoreV1().Pods("default").Update(context.Background(), pod, metav1.UpdateOptions{}); err != nil {
		l.t.Fatal(err)
	}
}

func (l *lab) ready(name string) bool {
	at := conditionOf(l.pod(name).Status.Conditions, v1.PodReady)
	return at != nil && at.Status == v1.ConditionTrue
}

func podOf(name, image string, change func(*v1.Pod)) *v1.Pod {
	pod := &v1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default", UID: types.UID("uid-" + name)},
		Spec:       v1.PodSpec{RestartPolicy: v1.RestartPolicyAlways, DNSPolicy: v1.DNSClusterFirst, Containers: []v1.Container{{Name: "main", Image: "example.test/" + image + ":1"}}},
	}
	if change != nil {
		change(pod)
	}
	return pod
}

func TestAContainerSeesWhatItsManifestSays(t *testing.T) {
	l := newLab(t)
	l.create(&v1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "keys", Namespace: "default"}, Data: map[string][]byte{"password": []byte("unique")}})
	l.create(&v1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "settings", Namespace: "default"}, Data: map[string]string{"key": "of the map"}})
	yes, no, group := true, false, int64(2000)
	l.create(podOf("shown", "show", func(pod *v1.Pod) {
		pod.Spec.SecurityContext = &v1.PodSecurityContext{SupplementalGroups: []int64{3000}, FSGroup: &group}
		pod.Spec.Volumes = []v1.Volume{
			{Name: "settings", VolumeSource: v1.VolumeSource{ConfigMap: &v1.ConfigMapVolumeSource{LocalObjectReference: v1.LocalObjectReference{Name: "settings"}}}},
			{Name: "secret", VolumeSource: v1.VolumeSource{Secret: &v1.SecretVolumeSource{SecretName: "keys"}}},
			{Name: "data", VolumeSource: v1.VolumeSource{EmptyDir: &v1.EmptyDirVolumeSource{}}},
		}
		if os.Getuid() != 0 || !mayMap() {
			pod.Spec.SecurityContext = nil // without more than one user there is nobody to be
		}
		main := &pod.Spec.Containers[0]
		main.Args = []string{"--port", "$(PLAIN)"}
		main.VolumeMounts = []v1.VolumeMount{{Name: "settings", MountPath: "/settings", ReadOnly: true}, {Name: "secret", MountPath: "/secret", ReadOnly: true}, {Name: "data", MountPath: "/data"}}
		main.SecurityContext = &v1.SecurityContext{ReadOnlyRootFilesystem: &yes, AllowPrivilegeEscalation: &no, Capabilities: &v1.Capabilities{Drop: []v1.Capability{"ALL"}, Add: []v1.Capability{"NET_BIND_SERVICE"}}}
		main.EnvFrom = []v1.EnvFromSource{{Prefix: "PREFIX_", ConfigMapRef: &v1.ConfigMapEnvSource{LocalObjectReference: v1.LocalObjectReference{Name: "settings"}}}}
		field := func(path string) *v1.EnvVarSource {
			return &v1.EnvVarSource{FieldRef: &v1.ObjectFieldSelector{FieldPath: path}}
		}
		main.Env = []v1.EnvVar{
			{Name: "PLAIN", Value: "81"}, {Name: "EXPANDED", Value: "<$(PLAIN)>"}, {Name: "NODE", ValueFrom: field("spec.nodeName")}, {Name: "IP", ValueFrom: field("status.podIP")},
			{Name: "SECRET", ValueFrom: &v1.EnvVarSource{SecretKeyRef: &v1.SecretKeySelector{LocalObjectReference: v1.LocalObjectReference{Name: "keys"}, Key: "password"}}},
		}
	}))
	until(t, "it has shown all", func() bool { return l.said.has("main] shown\n") })
	for _, line := range []string{
		"arguments: --port 81", "PLAIN=81", "EXPANDED=<81>", "SECRET=unique", "NODE=one", "IP=127.0.0.1", "PREFIX_key=of the map", "HOSTNAME=shown", "KUBERNETES_SERVICE_HOST=10.43.0.1",
		"HOME_OF_TEST=\n", "file: /settings/key of the map <nil>", "file: /secret/password unique <nil>", "127.0.0.1\tshown|", "nameserver 10.43.0.10|",
		"writes: / false", "writes: /usr false", "writes: /data true", "writes: /settings false", "NoNewPrivs: 1", "CapBnd: 0000000000000400",
	} {
		if !l.said.has(line) {
			t.Errorf("it does not see %q", line)
		}
	}
	if mayMap() && !l.said.has("groups: [2000 3000]") && !l.said.has("groups: [3000 2000]") {
		t.Error("it is not in the pod's groups")
	}
}

// mayMap tells whether this test can be more than one user.
func mayMap() bool {
	text, _ := os.ReadFile("/proc/self/uid_map")
	return !strings.HasSuffix(strings.TrimSpace(string(text)), " 1")
}

func TestAPodIsReadyWhileItsProbesSayAndStartedAnewWhenItDoesNotLive(t *testing.T) {
	l := newLab(t)
	probe := v1.ProbeHandler{HTTPGet: &v1.HTTPGetAction{Path: "/health", Port: intstr.FromString("http")}}
	l.create(podOf("probed", "serve", func(pod *v1.Pod) {
		main := &pod.Spec.Containers[0]
		main.Ports = []v1.ContainerPort{{Name: "http", ContainerPort: 8080}}
		main.ReadinessProbe = &v1.Probe{ProbeHandler: probe, PeriodSeconds: 1, FailureThreshold: 1}
		main.LivenessProbe = &v1.Probe{ProbeHandler: probe, PeriodSeconds: 1, FailureThreshold: 3}
	}))
	until(t, "it is ready", func() bool { return l.ready("probed") })
	if status := l.pod("probed").Status; status.Phase != v1.PodRunning || status.PodIP != "127.0.0.1" || status.ContainerStatuses[0].RestartCount != 0 {
		t.Errorf("its status is %+v", status)
	}
	answer, err := http.Post("http://127.0.0.1:8080/health", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	until(t, "it is not ready", func() bool { return !l.ready("probed") })
	until(t, "it was ended", func() bool { return l.said.has("asked to end") })
	until(t, "it is ready again", func() bool { return l.ready("probed") && l.pod("probed").Status.ContainerStatuses[0].RestartCount == 1 })
	if last := l.pod("probed").Status.ContainerStatuses[0].LastTerminationState.Terminated; last == nil || last.ExitCode != 0 {
		t.Errorf("it ended with %+v before", last)
	}
}

func TestAContainerThatKeepsFailingIsStartedAnewLessAndLessOften(t *testing.T) {
	l := newLab(t)
	l.create(podOf("failing", "fail", nil))
	until(t, "it waits after its second end", func() bool {
		all := l.pod("failing").Status.ContainerStatuses
		return len(all) == 1 && all[0].RestartCount == 1 && all[0].State.Waiting != nil && all[0].State.Waiting.Reason == "CrashLoopBackOff" &&
			strings.Contains(all[0].State.Waiting.Message, "10s") && all[0].LastTerminationState.Terminated.ExitCode == 3
	})
}

func TestADeletedPodHasItsTimeToEnd(t *testing.T) {
	l := newLab(t)
	l.create(podOf("polite", "serve", nil))
	l.create(podOf("stubborn", "stubborn", nil))
	until(t, "both run", func() bool { return l.said.has("serving") && l.said.has("staying") })
	begun := time.Now()
	l.remove("polite", 10)
	l.remove("stubborn", 2)
	until(t, "the one that ends is gone", func() bool { return l.pod("polite") == nil })
	if !l.said.has("asked to end") || time.Since(begun) > 2*time.Second {
		t.Errorf("it was not asked, or it took %s", time.Since(begun))
	}
	if l.pod("stubborn") == nil {
		t.Error("the stubborn one was not given its time")
	}
	until(t, "the stubborn one is gone", func() bool { return l.pod("stubborn") == nil })
	if took := time.Since(begun); took < 2*time.Second || took > 4*time.Second {
		t.Errorf("its grace period of 2 s took %s", took)
	}
	if left := running("stubborn"); len(left) > 0 {
		t.Errorf("processes %v are left", left)
	}
}

// running are the processes of the tests' containers that do something.
func running(act string) []string {
	var found []string
	entries, _ := os.ReadDir("/proc")
	for _, entry := range entries {
		line, _ := os.ReadFile("/proc/" + entry.Name() + "/cmdline")
		if strings.HasPrefix(string(line), selfPath+"\x00"+act+"\x00") {
			found = append(found, entry.Name())
		}
	}
	return found
}

func TestAPodThatWasDeletedByForceEndsAtOnce(t *testing.T) {
	l := newLab(t)
	l.create(podOf("forced", "stubborn", nil))
	until(t, "it runs", func() bool { return l.said.has("staying") })
	if err := l.client.CoreV1().Pods("default").Delete(context.Background(), "forced", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	until(t, "its process is gone", func() bool { return len(running("stubborn")) == 0 })
}

func TestAPodThatARebuiltHostFindsHasTheAddressesOfThatHostOnly(t *testing.T) {
	l := newLab(t)
	l.create(podOf("found", "serve", func(pod *v1.Pod) {
		pod.Status.HostIP, pod.Status.HostIPs = "10.20.0.9", []v1.HostIP{{IP: "10.20.0.9"}}
		pod.Status.PodIP, pod.Status.PodIPs = "10.42.9.9", []v1.PodIP{{IP: "10.42.9.9"}}
	}))
	until(t, "it runs", func() bool { return l.pod("found").Status.Phase == v1.PodRunning })
	status := l.pod("found").Status
	if len(status.HostIPs) != 1 || status.HostIPs[0].IP != "127.0.0.1" || len(status.PodIPs) != 1 || status.PodIPs[0].IP != "127.0.0.1" {
		t.Errorf("its addresses are %v and %v", status.HostIPs, status.PodIPs)
	}
}

func TestPodsOfJobsEndAsTheirContainersDo(t *testing.T) {
	l := newLab(t)
	never := func(pod *v1.Pod) { pod.Spec.RestartPolicy = v1.RestartPolicyNever }
	l.create(podOf("good", "succeed", never))
	l.create(podOf("bad", "fail", never))
	l.create(podOf("first", "wait", func(pod *v1.Pod) {
		never(pod)
		pod.Spec.InitContainers = []v1.Container{{Name: "before", Image: "example.test/fail"}}
	}))
	phase := func(name string) v1.PodPhase { return l.pod(name).Status.Phase }
	until(t, "they have ended", func() bool {
		return phase("good") == v1.PodSucceeded && phase("bad") == v1.PodFailed && phase("first") == v1.PodFailed
	})
	if code := l.pod("bad").Status.ContainerStatuses[0].State.Terminated.ExitCode; code != 3 {
		t.Errorf("it ended with %d", code)
	}
	if state := l.pod("first").Status.ContainerStatuses[0].State; state.Waiting == nil || state.Waiting.Reason != "PodInitializing" {
		t.Errorf("what comes after an init container that failed is %+v", state)
	}
}

func TestAPodWaitsForWhatItRefersTo(t *testing.T) {
	l := newLab(t)
	l.create(podOf("waiting", "show", func(pod *v1.Pod) {
		pod.Spec.Containers[0].EnvFrom = []v1.EnvFromSource{{SecretRef: &v1.SecretEnvSource{LocalObjectReference: v1.LocalObjectReference{Name: "later"}}}}
	}))
	until(t, "it tells what is missing", func() bool {
		all := l.pod("waiting").Status.ContainerStatuses
		return len(all) == 1 && all[0].State.Waiting != nil && all[0].State.Waiting.Reason == "CreateContainerConfigError" && strings.Contains(all[0].State.Waiting.Message, "later")
	})
	l.create(&v1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "later", Namespace: "default"}})
	until(t, "it runs", func() bool { return l.pod("waiting").Status.Phase == v1.PodRunning })
}

func TestWhoMayNotBeRootIsNotStarted(t *testing.T) {
	l := newLab(t)
	yes := true
	l.create(podOf("root", "wait", func(pod *v1.Pod) { pod.Spec.SecurityContext = &v1.PodSecurityContext{RunAsNonRoot: &yes} }))
	until(t, "it is refused", func() bool { return l.said.has("runAsNonRoot") })
	// its status is written after that
	until(t, "it waits", func() bool { return l.pod("root").Status.Phase == v1.PodPending })
}

func TestAPodRunsWhenAllOfItCan(t *testing.T) {
	for image, want := range map[string]string{
		"redis": "docker.io/library/redis", "traefik/whoami:v1": "docker.io/traefik/whoami", "docker.io/traefik/whoami:v1@sha256:00": "docker.io/traefik/whoami",
		"registry.test:5000/a/b:1": "registry.test:5000/a/b", "localhost/a": "localhost/a",
	} {
		if got := repository(image); got != want {
			t.Errorf("%s is of %s, not %s", image, got, want)
		}
	}
	other := podOf("x", "wait", func(pod *v1.Pod) {
		pod.Spec.Containers = append(pod.Spec.Containers, v1.Container{Image: "example.test/unknown"})
	})
	told := podOf("x", "wait", func(pod *v1.Pod) { pod.Annotations = map[string]string{"estate.local/behaviour": "crash-loop"} })
	if !Runs(podOf("x", "wait", nil)) || Runs(other) || Runs(told) {
		t.Error("other pods run than those that can")
	}
	programs["example.test/bare"] = program{needs: "/proc/self/exe"}
	programs["example.test/renamed"] = program{needs: "/bin/sh", called: "/shell", lacks: []string{"--newer"}}
	if words, err := programs["example.test/renamed"].find("", []string{"/shell", "-c", "--newer", "x"}); err != nil || !slices.Equal(words, []string{"/bin/sh", "-c", "x"}) {
		t.Errorf("what the image calls /shell is %v, %v", words, err)
	}
	programs["example.test/missing"] = program{command: []string{selfPath, "wait"}, needs: "/nowhere/*/program"}
	commanded := podOf("x", "bare", func(pod *v1.Pod) { pod.Spec.Containers[0].Command = []string{"sh"} })
	for why, pod := range map[string]*v1.Pod{
		"": commanded, "the entrypoint of example.test/bare is not here, and container main has no command": podOf("x", "bare", nil),
		"the program for example.test/missing is not on this host: /nowhere/*/program": podOf("x", "missing", nil),
		"there is no program here for example.test/unknown":                            other, "its annotation asks for crash-loop": told,
	} {
		if got := whyPlayed(pod); got != why {
			t.Errorf("it is played since %q, not since %q", got, why)
		}
	}
	whole, bare := Repositories()
	if !slices.Contains(whole, "docker.io/traefik/whoami") || !slices.Contains(bare, "example.test/bare") || slices.Contains(whole, "example.test/missing") {
		t.Errorf("these run: %v, %v", whole, bare)
	}
}
