package policy

import (
	"slices"
	"strings"
	"testing"

	v1 "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"
)

func pod(namespace, app, ip string, ports ...v1.ContainerPort) *v1.Pod {
	return &v1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: app, Namespace: namespace, UID: types.UID(namespace + "-" + app), Labels: map[string]string{"app": app}},
		Spec:       v1.PodSpec{NodeName: "one", Containers: []v1.Container{{Ports: ports}}}, Status: v1.PodStatus{PodIP: ip, Phase: v1.PodRunning},
	}
}

func namespace(name string) *v1.Namespace {
	return &v1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"name": name}}}
}

// cluster has a web and a data pod in `shop`, a scraper in `watch`, and the policies of YAML documents, all in `shop`.
func cluster(t *testing.T, policies ...string) Cluster {
	t.Helper()
	far := pod("shop", "far", "10.42.2.2", v1.ContainerPort{Name: "http", ContainerPort: 9090})
	far.Spec.NodeName = "two"
	own := pod("shop", "host", "10.77.0.1")
	own.Spec.HostNetwork = true
	over := pod("shop", "over", "10.42.1.9")
	over.Status.Phase = v1.PodSucceeded
	c := Cluster{
		Pods: []*v1.Pod{
			pod("shop", "web", "10.42.1.2", v1.ContainerPort{Name: "http", ContainerPort: 8080}, v1.ContainerPort{Name: "dns", ContainerPort: 53, Protocol: v1.ProtocolUDP}),
			pod("shop", "data", "10.42.1.3"), pod("watch", "scraper", "10.42.1.4"), far, own, over,
		},
		Namespaces: []*v1.Namespace{namespace("shop"), namespace("watch")},
	}
	for _, text := range policies {
		one := &networking.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: "shop"}}
		if err := yaml.UnmarshalStrict([]byte(text), &one.Spec); err != nil {
			t.Fatal(err)
		}
		c.Policies = append(c.Policies, one)
	}
	return c
}

// chainOf are the rules of one chain; nil when there is none.
func chainOf(lines []string, name string) []string {
	at := slices.Index(lines, "chain "+name+" {")
	if at < 0 {
		return nil
	}
	found := []string{}
	for _, line := range lines[at+1:] {
		if line == "}" {
			break
		}
		found = append(found, strings.TrimSpace(line))
	}
	return found
}

func TestWhoNoPolicySelectsIsFree(t *testing.T) {
	lines := Rules(cluster(t), "one")
	if text := strings.Join(lines, "\n"); strings.Contains(text, "drop") || strings.Contains(text, "vmap") {
		t.Errorf("without a policy there are rules:\n%s", text)
	}
}

func TestPoliciesAsRules(t *testing.T) {
	const toWeb = "podSelector: {matchLabels: {app: web}}\npolicyTypes: [Ingress]\n"
	const fromWeb = "podSelector: {matchLabels: {app: web}}\npolicyTypes: [Egress]\n"
	for name, test := range map[string]struct {
		policies []string
		chain    string
		want     []string
	}{
		"default deny":                     {[]string{"podSelector: {}\npolicyTypes: [Ingress, Egress]"}, "ingress-shop-data", []string{"drop"}},
		"default deny of what goes out":    {[]string{"podSelector: {}\npolicyTypes: [Ingress, Egress]"}, "egress-shop-data", []string{"drop"}},
		"a direction that it is not about": {[]string{toWeb}, "egress-shop-web", nil},
		"a pod that it does not select":    {[]string{toWeb}, "ingress-shop-data", nil},
		"a pod of another namespace":       {[]string{"podSelector: {}\npolicyTypes: [Ingress]"}, "ingress-watch-scraper", nil},
		"a pod of another node":            {[]string{"podSelector: {}\npolicyTypes: [Ingress]"}, "ingress-shop-far", nil},
		"a pod in the host's network":      {[]string{"podSelector: {}\npolicyTypes: [Ingress]"}, "ingress-shop-host", nil},
		"everybody":                        {[]string{toWeb + "ingress: [{}]"}, "ingress-shop-web", []string{"return", "drop"}},
		"pods of its namespace, not of others": {
			[]string{toWeb + "ingress: [{from: [{podSelector: {}}]}]"}, "ingress-shop-web", []string{"ip saddr { 10.42.1.2, 10.42.1.3, 10.42.2.2 }  return", "drop"}},
		"pods of other namespaces": {
			[]string{toWeb + "ingress: [{from: [{namespaceSelector: {matchLabels: {name: watch}}}], ports: [{port: 80}]}]"}, "ingress-shop-web",
			[]string{"ip saddr { 10.42.1.4 } tcp dport 80 return", "drop"}},
		"both selectors at once": {
			[]string{toWeb + "ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: data}}}]}]"}, "ingress-shop-web", []string{"ip saddr { 10.42.1.3 }  return", "drop"}},
		"pods that are not there": {
			[]string{toWeb + "ingress: [{from: [{podSelector: {matchLabels: {app: none}}}]}]"}, "ingress-shop-web", []string{"drop"}},
		"a block with exceptions": {
			[]string{toWeb + "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16, 10.2.0.0/16]}}]}]"}, "ingress-shop-web",
			[]string{"ip saddr 10.0.0.0/8 ip saddr != 10.1.0.0/16 ip saddr != 10.2.0.0/16 return", "drop"}},
		"ranges, protocols and names of ports": {
			[]string{toWeb + "ingress: [{ports: [{port: 1000, endPort: 2000}, {protocol: UDP}, {protocol: UDP, port: dns}, {port: http}, {port: dns}]}]"}, "ingress-shop-web",
			[]string{"meta l4proto udp return", "tcp dport 1000-2000 return", "tcp dport 8080 return", "udp dport 53 return", "drop"}},
		"a name that each target has for another number": {
			[]string{fromWeb + "egress: [{to: [{podSelector: {}}], ports: [{port: http}]}]"}, "egress-shop-web",
			[]string{"ip daddr { 10.42.1.2 } tcp dport 8080 return", "ip daddr { 10.42.2.2 } tcp dport 9090 return", "drop"}},
		"a name without targets means nothing": {
			[]string{fromWeb + "egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: http}]}]"}, "egress-shop-web", []string{"drop"}},
		"several policies allow together": {
			[]string{toWeb + "ingress: [{ports: [{port: 1}]}]", toWeb + "ingress: [{ports: [{port: 2}]}]"}, "ingress-shop-web", []string{"tcp dport 1 return", "tcp dport 2 return", "drop"}},
	} {
		lines := Rules(cluster(t, test.policies...), "one")
		normal := func(all []string) string {
			return strings.ReplaceAll(strings.Join(all, "\n"), "  ", " ")
		}
		got := chainOf(lines, test.chain)
		if (got == nil) != (test.want == nil) || normal(got) != normal(test.want) {
			t.Errorf("%s: %s is %q, not %q", name, test.chain, got, test.want)
		}
	}
}

func TestWhatAPodSendsPassesItsOwnRulesFirstAlsoToItsHost(t *testing.T) {
	lines := Rules(cluster(t, "podSelector: {}\npolicyTypes: [Ingress, Egress]"), "one")
	const from = "ip saddr vmap { 10.42.1.2 : jump egress-shop-web, 10.42.1.3 : jump egress-shop-data }"
	const to = "ip daddr vmap { 10.42.1.2 : jump ingress-shop-web, 10.42.1.3 : jump ingress-shop-data }"
	forward, input := chainOf(lines, "forward"), chainOf(lines, "input")
	if !slices.Equal(forward[1:], []string{"ct state established,related accept", from, to}) {
		t.Errorf("forwarded packets pass %q", forward)
	}
	if !slices.Equal(input[1:], []string{"ct state established,related accept", from}) {
		t.Errorf("packets to the host pass %q", input)
	}
	if strings.Contains(strings.Join(lines, "\n"), "hook output") {
		t.Error("what the host itself sends is held back: its probes, too")
	}
}
