package k3s

import (
	"fmt"
	"sort"
	"strings"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
)

// The labels below kubernetes.io that a kubelet may give its own Node (k8s.io/kubelet/pkg/apis/well_known_labels.go).
var kubeletLabels = map[string]bool{
	v1.LabelHostname: true, v1.LabelTopologyZone: true, v1.LabelTopologyRegion: true, v1.LabelFailureDomainBetaZone: true, v1.LabelFailureDomainBetaRegion: true,
	v1.LabelInstanceType: true, v1.LabelInstanceTypeStable: true, v1.LabelOSStable: true, v1.LabelArchStable: true, "beta.kubernetes.io/os": true, "beta.kubernetes.io/arch": true,
}

// checkLabels refuses what a kubelet refuses, with the kubelet's words.
func checkLabels(labels []string) error {
	var forbidden []string
	for _, label := range labels {
		key, value, ok := strings.Cut(label, "=")
		if !ok {
			return tell(fmt.Errorf("invalid node label %q", label), "node-label %q is not of the form key=value", label)
		}
		if problems := append(validation.IsQualifiedName(key), validation.IsValidLabelValue(value)...); len(problems) > 0 {
			return tell(fmt.Errorf("invalid node label %q: %s", label, problems[0]), "node-label %q is not a valid label: %s", label, problems[0])
		}
		if namespace, _, has := strings.Cut(key, "/"); has && isKubernetes(namespace) && !kubeletLabels[key] && !isKubeletNamespace(namespace) {
			forbidden = append(forbidden, key)
		}
	}
	if len(forbidden) == 0 {
		return nil
	}
	sort.Strings(forbidden)
	return tell(fmt.Errorf("failed to validate kubelet flags: unknown 'kubernetes.io' or 'k8s.io' labels specified with --node-labels: %v\n--node-labels in the 'kubernetes.io' namespace must begin with an allowed prefix (kubelet.kubernetes.io, node.kubernetes.io) or be in the specifically allowed set", forbidden),
		"node-label %s: a node may not give itself this label; the kubelet refuses to start with it", strings.Join(forbidden, ", "))
}

func isKubernetes(namespace string) bool {
	return namespace == "kubernetes.io" || strings.HasSuffix(namespace, ".kubernetes.io") || namespace == "k8s.io" || strings.HasSuffix(namespace, ".k8s.io")
}

func isKubeletNamespace(namespace string) bool {
	for _, allowed := range []string{v1.LabelNamespaceSuffixKubelet, v1.LabelNamespaceSuffixNode} {
		if namespace == allowed || strings.HasSuffix(namespace, "."+allowed) {
			return true
		}
	}
	return false
}

// parseTaints reads key=value:effect, key:effect.
func parseTaints(texts []string) ([]v1.Taint, error) {
	var taints []v1.Taint
	for _, text := range texts {
		keyValue, effect, ok := strings.Cut(text, ":")
		key, value, _ := strings.Cut(keyValue, "=")
		known := effect == string(v1.TaintEffectNoSchedule) || effect == string(v1.TaintEffectPreferNoSchedule) || effect == string(v1.TaintEffectNoExecute)
		if !ok || !known || len(validation.IsQualifiedName(key)) > 0 || len(validation.IsValidLabelValue(value)) > 0 {
			return nil, tell(fmt.Errorf("invalid taint spec: %v", text), "node-taint %q is not of the form key=value:NoSchedule, PreferNoSchedule or NoExecute", text)
		}
		taints = append(taints, v1.Taint{Key: key, Value: value, Effect: v1.TaintEffect(effect)})
	}
	return taints, nil
}
