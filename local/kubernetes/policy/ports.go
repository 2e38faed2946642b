package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	v1 "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// port is a port that a rule allows.
type port struct {
	match string
	of    []*v1.Pod // nil: with everybody; else it is a name, which means this number with these pods
}

// ports are those of a rule; a name is what the pods that are connected to call it. Without any, all of all protocols.
func ports(all []networking.NetworkPolicyPort, pods []*v1.Pod) []port {
	if len(all) == 0 {
		return []port{{}}
	}
	var found []port
	for _, one := range all {
		protocol := v1.ProtocolTCP
		if one.Protocol != nil {
			protocol = *one.Protocol
		}
		name := strings.ToLower(string(protocol))
		switch {
		case one.Port == nil:
			found = append(found, port{match: "meta l4proto " + name})
		case one.Port.Type == intstr.String:
			found = append(found, named(one.Port.StrVal, protocol, pods)...)
		case one.EndPort != nil && *one.EndPort > one.Port.IntVal:
			found = append(found, port{match: fmt.Sprintf("%s dport %d-%d", name, one.Port.IntVal, *one.EndPort)})
		default:
			found = append(found, port{match: fmt.Sprintf("%s dport %d", name, one.Port.IntVal)})
		}
	}
	return found
}

// named are the numbers that a name means, each with the pods that mean it.
func named(name string, protocol v1.Protocol, pods []*v1.Pod) []port {
	byNumber := map[int32][]*v1.Pod{}
	var numbers []int32
	for _, pod := range pods {
		for _, container := range append(slices.Clone(pod.Spec.InitContainers), pod.Spec.Containers...) {
			for _, one := range container.Ports {
				is := one.Protocol
				if is == "" {
					is = v1.ProtocolTCP
				}
				if one.Name == name && is == protocol {
					byNumber[one.ContainerPort] = append(byNumber[one.ContainerPort], pod)
					numbers = append(numbers, one.ContainerPort)
				}
			}
		}
	}
	slices.Sort(numbers)
	var found []port
	for _, number := range slices.Compact(numbers) {
		found = append(found, port{match: strings.ToLower(string(protocol)) + " dport " + strconv.Itoa(int(number)), of: byNumber[number]})
	}
	return found
}
