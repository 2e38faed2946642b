// Package kubelet runs the pods of a node whose images the local stack has programs for: as processes of the host, in the pod's network,
// with a root of their own and the manifest's command, environment, volumes, user and probes.
package kubelet

import (
	"strings"

	v1 "k8s.io/api/core/v1"
)

// program is what runs where a container has an image of a repository.
type program struct {
	command []string // the image's entrypoint
	args    []string // its own arguments, unless the container has some
	user    int64    // who it is, unless the pod says
}

// selfPath is where a container finds the program that this is.
const selfPath = "/estate/kubeall"

// programs by the repositories of their images, whatever the tag and digest: the local stack has one version of each.
var programs = map[string]program{
	"docker.io/rancher/mirrored-coredns-coredns": {command: []string{selfPath, "coredns"}},
	"docker.io/traefik/whoami":                   {command: []string{selfPath, "whoami"}},
}

// Repositories are those of all images that run.
func Repositories() []string {
	var names []string
	for name := range programs {
		names = append(names, name)
	}
	return names
}

// repository is an image without tag and digest, in full.
func repository(image string) string {
	name, _, _ := strings.Cut(image, "@")
	if at := strings.LastIndex(name, ":"); at > strings.LastIndex(name, "/") {
		name = name[:at]
	}
	first, _, nested := strings.Cut(name, "/")
	switch {
	case !nested:
		return "docker.io/library/" + name
	case !strings.ContainsAny(first, ".:") && first != "localhost":
		return "docker.io/" + name
	}
	return name
}

// Runs tells whether all of a pod runs: there is a program for each of its containers. Other pods are played.
func Runs(pod *v1.Pod) bool {
	for _, container := range append(append([]v1.Container{}, pod.Spec.InitContainers...), pod.Spec.Containers...) {
		if _, ok := programs[repository(container.Image)]; !ok {
			return false
		}
	}
	return pod.Annotations["estate.local/behaviour"] == "" && pod.Annotations["kubernetes.io/config.mirror"] == ""
}
