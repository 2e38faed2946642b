package kubelet

import (
	"errors"
	"strings"
	"syscall"

	v1 "k8s.io/api/core/v1"
)

// usualCapabilities are what containerd leaves a container unless it says otherwise.
var usualCapabilities = []string{
	"CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "MKNOD", "NET_RAW", "SETGID", "SETUID", "SETFCAP", "SETPCAP", "NET_BIND_SERVICE", "SYS_CHROOT", "KILL", "AUDIT_WRITE",
}

// credential is who a container runs as: what it says itself, the pod, the image.
func credential(pod *v1.Pod, container v1.Container, image program) (*syscall.Credential, error) {
	user, group, nonRoot := image.user, int64(0), false
	groups := []uint32{}
	if of := pod.Spec.SecurityContext; of != nil {
		user, group, nonRoot = value(of.RunAsUser, user), value(of.RunAsGroup, group), value(of.RunAsNonRoot, nonRoot)
		for _, more := range of.SupplementalGroups {
			groups = append(groups, uint32(more))
		}
		if of.FSGroup != nil {
			groups = append(groups, uint32(*of.FSGroup))
		}
	}
	if of := container.SecurityContext; of != nil {
		user, group, nonRoot = value(of.RunAsUser, user), value(of.RunAsGroup, group), value(of.RunAsNonRoot, nonRoot)
	}
	if nonRoot && user == 0 {
		return nil, errors.New("container has runAsNonRoot and image will run as root")
	}
	return &syscall.Credential{Uid: uint32(user), Gid: uint32(group), Groups: groups}, nil
}

// mayHave are the capabilities that a container may have.
func mayHave(container v1.Container) map[string]bool {
	have := map[string]bool{}
	of := container.SecurityContext
	privileged := of != nil && value(of.Privileged, false)
	all := func(is bool) {
		for _, name := range capabilities {
			have[name] = is
		}
	}
	if all(privileged); privileged {
		return have
	}
	for _, name := range usualCapabilities {
		have[name] = true
	}
	if of == nil || of.Capabilities == nil {
		return have
	}
	set := func(names []v1.Capability, is bool) {
		for _, name := range names {
			if name := strings.ToUpper(string(name)); name == "ALL" {
				all(is)
			} else {
				have[name] = is
			}
		}
	}
	set(of.Capabilities.Drop, false)
	set(of.Capabilities.Add, true)
	return have
}

func value[T any](given *T, otherwise T) T {
	if given == nil {
		return otherwise
	}
	return *given
}
