package await

import (
	"slices"
	"strings"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/yaml"

	"estate/local/engine/kubernetes/object"
)

func parse(t *testing.T, text string) *object.Unstructured {
	t.Helper()
	o := &object.Unstructured{}
	json, err := yaml.YAMLToJSON([]byte(text))
	if err == nil {
		err = o.UnmarshalJSON(json)
	}
	if err != nil {
		t.Fatal(err)
	}
	return o
}

const rollout = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: ns, generation: 2}
spec: {replicas: 2, selector: {matchLabels: {app: web}}}
status: {observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 0, availableReplicas: 0, conditions: [
  {type: Available, status: "False", reason: MinimumReplicasUnavailable, message: Deployment does not have minimum availability.},
  {type: Progressing, status: "True", reason: ReplicaSetUpdated, message: progressing}]}
`

func TestWorkloadVerdicts(t *testing.T) {
	for name, example := range map[string]struct {
		edit  func(string) string
		ready bool
		first string
	}{
		"no pod is available": {func(s string) string { return s }, false, "0 of 2 replicas available"},
		"the controller lags": {func(s string) string { return strings.Replace(s, "observedGeneration: 2", "observedGeneration: 1", 1) },
			false, "the controller has not seen the change yet"},
		"half is updated": {func(s string) string { return strings.Replace(s, "updatedReplicas: 2", "updatedReplicas: 1", 1) },
			false, "1 of 2 replicas updated"},
		"old pods remain": {func(s string) string { return strings.Replace(s, " replicas: 2, updated", " replicas: 3, updated", 1) },
			false, "1 old replicas have not ended yet"},
		"all is well": {func(s string) string {
			s = strings.Replace(s, "readyReplicas: 0, availableReplicas: 0", "readyReplicas: 2, availableReplicas: 2", 1)
			return strings.Replace(s, `Available, status: "False"`, `Available, status: "True"`, 1)
		}, true, ""},
	} {
		verdict := judgeWorkload(parse(t, example.edit(rollout)))
		if verdict.Ready != example.ready || !example.ready && verdict.Reasons[0] != example.first {
			t.Errorf("%s: %+v, want %v, %q", name, verdict, example.ready, example.first)
		}
	}
	overdue := strings.Replace(rollout, `Progressing, status: "True", reason: ReplicaSetUpdated`,
		`Progressing, status: "False", reason: ProgressDeadlineExceeded`, 1)
	if verdict := judgeWorkload(parse(t, overdue)); len(verdict.Reasons) != 2 ||
		!strings.Contains(verdict.Reasons[1], "ProgressDeadlineExceeded") {
		t.Errorf("an overdue rollout: %+v", verdict)
	}
}

func podWith(t *testing.T, status string) object.Unstructured {
	t.Helper()
	return *parse(t, "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: ns}, status: "+status+"}")
}

func TestPodReasons(t *testing.T) {
	pull := `{phase: Pending, containerStatuses: [{name: web, state: {waiting: {reason: ImagePullBackOff, message: "Back-off pulling image \"x\""}}}]}`
	pods := []object.Unstructured{
		podWith(t, pull), podWith(t, pull),
		podWith(t, `{phase: Pending, conditions: [{type: PodScheduled, status: "False", message: "0/4 nodes are available"}]}`),
		podWith(t, `{phase: Running, containerStatuses: [{name: app, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 3, message: "no config\n"}}}]}`),
		podWith(t, `{phase: Running, containerStatuses: [{name: app, ready: false, state: {running: {}}}]}`),
		podWith(t, `{phase: Pending, containerStatuses: [{name: web, state: {waiting: {reason: ContainerCreating}}}]}`),
		podWith(t, `{phase: Running, conditions: [{type: Ready, status: "True"}]}`),
	}
	want := []string{
		`container web: ImagePullBackOff: Back-off pulling image "x" (2 pods)`,
		"not scheduled: 0/4 nodes are available",
		"container app: CrashLoopBackOff, after it ended with exit code 3: no config",
		"container app: running, but its readiness probe does not succeed",
	}
	if got := podReasons(pods); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestOnlyTheFirstReasonsAreTold(t *testing.T) {
	var pods []object.Unstructured
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		pods = append(pods, podWith(t, `{containerStatuses: [{name: `+name+`, state: {waiting: {reason: R}}}]}`))
	}
	got := podReasons(pods)
	if len(got) != most+1 || got[most] != "and 2 more reasons" {
		t.Errorf("got %q", got)
	}
}

func TestJobVerdicts(t *testing.T) {
	job := func(status string) Verdict {
		return judgeJob(parse(t, "{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {completions: 2}, status: "+status+"}"))
	}
	if v := job(`{succeeded: 1, active: 1}`); v.Ready || v.Failed || v.Reasons[0] != "1 of 2 runs succeeded, 1 active, 0 failed" {
		t.Errorf("a running job: %+v", v)
	}
	if v := job(`{conditions: [{type: Complete, status: "True"}]}`); !v.Ready {
		t.Errorf("a complete job: %+v", v)
	}
	v := job(`{conditions: [{type: Failed, status: "True", reason: BackoffLimitExceeded, message: too often}]}`)
	if !v.Failed || v.Reasons[0] != "BackoffLimitExceeded: too often" {
		t.Errorf("a failed job: %+v", v)
	}
}

func TestWaitFor(t *testing.T) {
	o := parse(t, `{apiVersion: example.com/v1, kind: Thing, metadata: {name: x}, status: {phase: Running, conditions: [{type: Ready, status: "True"}, {type: Busy, status: "False"}]}}`)
	for expression, want := range map[string]bool{
		"jsonpath={.status.phase}=Running": true, "jsonpath={.status.phase}=Failed": false, "jsonpath={.status.phase}": true,
		"jsonpath={.status.missing}": false, "condition=Ready": true, "condition=ready": true, "condition=Busy": false,
		"condition=Busy=False": true, "condition=Missing": false,
		`["condition=Ready", "jsonpath={.status.phase}=Running"]`: true, `["condition=Ready", "condition=Busy"]`: false,
	} {
		conditions, err := parseConditions(expression)
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		if verdict := conditions.look(Waiter{}, t.Context(), o); verdict.Ready != want {
			t.Errorf("%s: %+v", expression, verdict)
		}
	}
	for _, wrong := range []string{"Ready", "[]", "jsonpath=.status", "jsonpath={.status}=", "jsonpath={.status"} {
		if _, err := parseConditions(wrong); err == nil {
			t.Errorf("%q is taken", wrong)
		}
	}
}

func TestLingeringReasons(t *testing.T) {
	o := parse(t, `{apiVersion: v1, kind: Namespace, metadata: {name: x, finalizers: [example.com/hold]}, status: {conditions: [{type: NamespaceContentRemaining, status: "True", message: "Some resources are remaining: pods. has 1 resource instances"}]}}`)
	want := []string{"finalizers remain: example.com/hold", "Some resources are remaining: pods. has 1 resource instances"}
	if got := lingering(o); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestBackendsAreNamedOnce(t *testing.T) {
	var ingress networkingv1.Ingress
	err := yaml.Unmarshal([]byte(`{spec: {defaultBackend: {service: {name: a}}, rules: [{http: {paths: [{backend: {service: {name: b}}}, {backend: {service: {name: a}}}]}}, {host: x}]}}`), &ingress)
	if got := backends(&ingress); err != nil || !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("got %q, %v", got, err)
	}
}
