// Package kubelet runs the pods of a node whose images the local stack has programs for: as processes of the host, in the pod's network,
// with a root of their own and the manifest's command, environment, volumes, user and probes.
package kubelet

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"
)

// program is what runs where a container has an image of a repository.
type program struct {
	command []string // the image's entrypoint. Without one, containers that bring no command of their own are played
	args    []string // its own arguments, unless the container has some
	user    int64    // who it is, unless the pod says
	needs   string   // file of the host without which it does not run; of several that the pattern fits, the last
	path    bool     // whether the folder of that file is searched for programs before the usual ones
	called  string   // what the image calls that file, where the host has it by another name
	lacks   []string // arguments that the host's is too old for, and that it does nothing of anyway: they are left out
}

// selfPath is where a container finds the program that this is.
const selfPath = "/estate/kubeall"

// toolFolder has the programs of the host that are neither its system's nor this one. Containers have it at the same path.
const toolFolder = "/oem/estate/bin"

// programs by the repositories of their images, whatever the tag and digest: the local stack has one version of each.
var programs = map[string]program{
	"docker.io/coturn/coturn":                    {needs: "/usr/bin/turnserver"},
	"docker.io/library/node":                     {needs: toolFolder + "/node", path: true},
	"docker.io/library/postgres":                 {needs: "/usr/lib/postgresql/*/bin/postgres", path: true},
	"docker.io/library/redis":                    {needs: "/usr/bin/redis-server"},
	"docker.io/ncabatoff/process-exporter":       {needs: "/usr/bin/prometheus-process-exporter", called: "/bin/process-exporter", lacks: []string{"--remove-empty-groups"}},
	"docker.io/oliver006/redis_exporter":         {needs: "/usr/bin/prometheus-redis-exporter", called: "/redis_exporter", lacks: []string{"--exclude-latency-histogram-metrics"}},
	"docker.io/prom/alertmanager":                {needs: "/usr/bin/prometheus-alertmanager", called: "alertmanager"},
	"docker.io/prom/prometheus":                  {needs: "/usr/bin/prometheus"},
	"docker.io/rancher/mirrored-coredns-coredns": {command: []string{selfPath, "coredns"}},
	"docker.io/traefik/whoami":                   {command: []string{selfPath, "whoami"}},
	"quay.io/prometheus/node-exporter":           {needs: "/usr/bin/prometheus-node-exporter", called: "node_exporter"},
	"quay.io/prometheuscommunity/postgres-exporter": {
		needs: "/usr/bin/prometheus-postgres-exporter", called: "postgres_exporter", lacks: []string{"--collector.long_running_transactions"},
	},
}

// file is what the program needs on this host, and whether that is there.
func (p program) file() (string, bool) {
	if p.needs == "" {
		return "", true
	}
	found, _ := filepath.Glob(p.needs) // sorted
	if len(found) == 0 {
		return "", false
	}
	return found[len(found)-1], true
}

// folders are where commands are searched for, in this order.
func (p program) folders() []string {
	usual := []string{"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"}
	if file, ok := p.file(); ok && p.path {
		return append([]string{filepath.Dir(file)}, usual...)
	}
	return usual
}

// find is a command with the path of its program in a root: that of a container, or "" for the host's, whose programs containers have.
func (p program) find(root string, words []string) ([]string, error) {
	if len(words) == 0 || words[0] == "" {
		return nil, errors.New("there is no command")
	}
	if words[0] == p.called {
		file, _ := p.file()
		return append([]string{file}, slices.DeleteFunc(slices.Clone(words[1:]), p.isLacking)...), nil
	}
	if words[0][0] == '/' {
		return words, nil
	}
	for _, folder := range p.folders() {
		if _, err := os.Lstat(root + folder + "/" + words[0]); err == nil {
			return append([]string{folder + "/" + words[0]}, words[1:]...), nil
		}
	}
	return nil, fmt.Errorf("exec: %q: executable file not found in $PATH", words[0])
}

func (p program) isLacking(word string) bool { return slices.Contains(p.lacks, word) }

// Repositories are those of all images that run on this host: those that have an entrypoint here, and those that containers must bring
// a command for.
func Repositories() (whole, bare []string) {
	for name, one := range programs {
		if _, ok := one.file(); !ok {
			continue
		}
		if len(one.command) > 0 {
			whole = append(whole, name)
		} else {
			bare = append(bare, name)
		}
	}
	return whole, bare
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
func Runs(pod *v1.Pod) bool { return whyPlayed(pod) == "" }

// whyPlayed is why a pod does not run; "" when it does.
func whyPlayed(pod *v1.Pod) string {
	if pod.Annotations["kubernetes.io/config.mirror"] != "" {
		return "k3s itself plays it"
	}
	if as := pod.Annotations["estate.local/behaviour"]; as != "" {
		return "its annotation asks for " + as
	}
	for _, container := range append(append([]v1.Container{}, pod.Spec.InitContainers...), pod.Spec.Containers...) {
		name := repository(container.Image)
		one, ok := programs[name]
		if !ok {
			return "there is no program here for " + name
		}
		if _, ok := one.file(); !ok {
			return "the program for " + name + " is not on this host: " + one.needs
		}
		if len(one.command) == 0 && len(container.Command) == 0 {
			return "the entrypoint of " + name + " is not here, and container " + container.Name + " has no command"
		}
	}
	return ""
}
