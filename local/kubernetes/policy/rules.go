// Package policy turns NetworkPolicies into rules of the host that has the pods, as k3s's network policy controller does.
package policy

import (
	"slices"
	"sort"
	"strings"

	v1 "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// Cluster is what policies are about.
type Cluster struct {
	Policies   []*networking.NetworkPolicy
	Pods       []*v1.Pod
	Namespaces []*v1.Namespace
}

// Rules are the lines of an nftables table (family ip) for the pods of a node that policies select.
//
// What a host sends to its own pods passes none of them: a kubelet may always probe. What a pod sends passes the rules of its own
// before those of the pod it goes to; `return` in a pod's chain lets it through. Whoever was let in once stays connected.
func Rules(c Cluster, node string) []string {
	var chains, from, to []string
	for _, pod := range c.networked() {
		if pod.Spec.NodeName != node {
			continue
		}
		selecting := c.selecting(pod)
		if isolated(selecting, networking.PolicyTypeEgress) {
			chains = append(chains, chain("egress-"+string(pod.UID), c.egress(selecting))...)
			from = append(from, pod.Status.PodIP+" : jump egress-"+string(pod.UID))
		}
		if isolated(selecting, networking.PolicyTypeIngress) {
			chains = append(chains, chain("ingress-"+string(pod.UID), c.ingress(pod, selecting))...)
			to = append(to, pod.Status.PodIP+" : jump ingress-"+string(pod.UID))
		}
	}
	lines := append(chains, "chain forward {", "  type filter hook forward priority filter; policy accept;", "  ct state established,related accept")
	lines = append(lines, verdicts("ip saddr", from)...)
	lines = append(lines, verdicts("ip daddr", to)...)
	// what a pod sends to its own host is not forwarded
	lines = append(lines, "}", "chain input {", "  type filter hook input priority filter; policy accept;", "  ct state established,related accept")
	return append(append(lines, verdicts("ip saddr", from)...), "}")
}

func chain(name string, matches []string) []string {
	lines := []string{"chain " + name + " {"}
	for _, match := range unique(matches) {
		lines = append(lines, "  "+strings.TrimSpace(match+" return"))
	}
	return append(lines, "  drop", "}")
}

func verdicts(field string, all []string) []string {
	if len(all) == 0 {
		return nil
	}
	return []string{"  " + field + " vmap { " + strings.Join(unique(all), ", ") + " }"}
}

// networked are the pods with an address of their own, in the order of their uids: the same cluster gives the same rules.
func (c Cluster) networked() []*v1.Pod {
	var pods []*v1.Pod
	for _, pod := range c.Pods {
		over := pod.Status.Phase == v1.PodSucceeded || pod.Status.Phase == v1.PodFailed
		if !pod.Spec.HostNetwork && pod.Status.PodIP != "" && !over {
			pods = append(pods, pod)
		}
	}
	sort.Slice(pods, func(a, b int) bool { return pods[a].UID < pods[b].UID })
	return pods
}

// selecting are the policies that select a pod.
func (c Cluster) selecting(pod *v1.Pod) []*networking.NetworkPolicy {
	var found []*networking.NetworkPolicy
	for _, one := range c.Policies {
		if one.Namespace == pod.Namespace && matches(&one.Spec.PodSelector, pod.Labels) {
			found = append(found, one)
		}
	}
	return found
}

// isolated tells whether what no policy allows is forbidden in a direction.
func isolated(all []*networking.NetworkPolicy, direction networking.PolicyType) bool {
	return slices.ContainsFunc(all, func(one *networking.NetworkPolicy) bool { return slices.Contains(one.Spec.PolicyTypes, direction) })
}

func (c Cluster) ingress(pod *v1.Pod, all []*networking.NetworkPolicy) []string {
	var found []string
	for _, one := range all {
		for _, rule := range one.Spec.Ingress {
			for _, source := range c.sides("ip saddr", one.Namespace, rule.From) {
				for _, port := range ports(rule.Ports, []*v1.Pod{pod}) {
					found = append(found, source.match+port.match)
				}
			}
		}
	}
	return found
}

func (c Cluster) egress(all []*networking.NetworkPolicy) []string {
	var found []string
	for _, one := range all {
		for _, rule := range one.Spec.Egress {
			for _, target := range c.sides("ip daddr", one.Namespace, rule.To) {
				for _, port := range ports(rule.Ports, target.pods) {
					if port.of == nil {
						found = append(found, target.match+port.match)
					} else if addresses := oneOf("ip daddr", port.of); addresses != "" {
						found = append(found, addresses+port.match) // the name means this number with these alone
					}
				}
			}
		}
	}
	return found
}

// side is one end that a rule allows.
type side struct {
	match string    // "" for any; ends with a blank otherwise
	pods  []*v1.Pod // those of it, for ports that have names
}

func (c Cluster) sides(field, namespace string, peers []networking.NetworkPolicyPeer) []side {
	if len(peers) == 0 {
		return []side{{pods: c.networked()}}
	}
	var found []side
	for _, peer := range peers {
		if block := peer.IPBlock; block != nil {
			match := field + " " + block.CIDR + " "
			for _, not := range block.Except { // one by one: a set takes none that overlap
				match += field + " != " + not + " "
			}
			found = append(found, side{match: match})
			continue
		}
		pods := c.chosen(namespace, peer)
		if match := oneOf(field, pods); match != "" {
			found = append(found, side{match: match, pods: pods})
		}
	}
	return found
}

// chosen are the pods that a peer's selectors mean: of the policy's own namespace unless it selects namespaces.
func (c Cluster) chosen(namespace string, peer networking.NetworkPolicyPeer) []*v1.Pod {
	var pods []*v1.Pod
	for _, pod := range c.networked() {
		if peer.NamespaceSelector == nil && pod.Namespace != namespace {
			continue
		}
		if peer.NamespaceSelector != nil && !matches(peer.NamespaceSelector, c.labelsOf(pod.Namespace)) {
			continue
		}
		if peer.PodSelector == nil || matches(peer.PodSelector, pod.Labels) {
			pods = append(pods, pod)
		}
	}
	return pods
}

func (c Cluster) labelsOf(namespace string) map[string]string {
	for _, one := range c.Namespaces {
		if one.Name == namespace {
			return one.Labels
		}
	}
	return nil
}

// oneOf matches the address of one of some pods, "" when there are none.
func oneOf(field string, pods []*v1.Pod) string {
	var addresses []string
	for _, pod := range pods {
		addresses = append(addresses, pod.Status.PodIP)
	}
	if len(addresses) == 0 {
		return ""
	}
	return field + " { " + strings.Join(unique(addresses), ", ") + " } "
}

// matches fails closed: what a selector that cannot be read means is nothing.
func matches(selector *metav1.LabelSelector, has map[string]string) bool {
	read, err := metav1.LabelSelectorAsSelector(selector)
	return err == nil && read.Matches(labels.Set(has))
}

func unique(all []string) []string {
	sorted := slices.Clone(all)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}
