package kubelet

import (
	"context"
	"fmt"
	"sort"
	"strings"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kubernetes/pkg/fieldpath"
	"k8s.io/kubernetes/third_party/forked/golang/expansion"
)

// environment are a container's variables: those of every container, those of whole config maps and secrets, its own; the later win.
func (w *worker) environment(ctx context.Context, container v1.Container) (map[string]string, error) {
	folders := programs[repository(container.Image)].folders()
	variables := map[string]string{"PATH": strings.Join(folders, ":"), "HOSTNAME": w.pod.Name}
	// by which clients of the API find it; those of other Services are not set
	api, err := w.kubelet.Client.CoreV1().Services("default").Get(ctx, "kubernetes", metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	variables["KUBERNETES_SERVICE_HOST"], variables["KUBERNETES_SERVICE_PORT"] = api.Spec.ClusterIP, "443"
	for _, from := range container.EnvFrom {
		all, err := w.everything(ctx, from)
		if err != nil {
			return nil, err
		}
		for name, text := range all {
			variables[from.Prefix+name] = text
		}
	}
	for _, variable := range container.Env {
		text, set, err := w.variable(ctx, variable, variables)
		if err != nil {
			return nil, fmt.Errorf("environment variable %s: %w", variable.Name, err)
		}
		if set {
			variables[variable.Name] = text
		}
	}
	return variables, nil
}

func (w *worker) everything(ctx context.Context, from v1.EnvFromSource) (map[string]string, error) {
	var files content
	var err error
	if of := from.ConfigMapRef; of != nil {
		files, err = w.configMap(ctx, of.Name, nil, nil, value(of.Optional, false))
	} else if of := from.SecretRef; of != nil {
		files, err = w.secret(ctx, of.Name, nil, nil, value(of.Optional, false))
	}
	all := map[string]string{}
	for name, one := range files {
		all[name] = string(one.text)
	}
	return all, err
}

// variable is the value of one, and whether it has any.
func (w *worker) variable(ctx context.Context, variable v1.EnvVar, before map[string]string) (string, bool, error) {
	from := variable.ValueFrom
	if from == nil {
		return expansion.Expand(variable.Value, expansion.MappingFuncFor(before)), true, nil
	}
	key := func(files content, err error, name string) (string, bool, error) {
		one, ok := files[name]
		return string(one.text), ok, err
	}
	switch {
	case from.FieldRef != nil:
		text, err := w.field(from.FieldRef.FieldPath)
		return text, true, err
	case from.ConfigMapKeyRef != nil:
		of := from.ConfigMapKeyRef
		files, err := w.configMap(ctx, of.Name, []v1.KeyToPath{{Key: of.Key, Path: of.Key}}, nil, value(of.Optional, false))
		return key(files, err, of.Key)
	case from.SecretKeyRef != nil:
		of := from.SecretKeyRef
		files, err := w.secret(ctx, of.Name, []v1.KeyToPath{{Key: of.Key, Path: of.Key}}, nil, value(of.Optional, false))
		return key(files, err, of.Key)
	}
	return "", false, fmt.Errorf("where it comes from is not played by the local stack")
}

// field is what the pod says of itself.
func (w *worker) field(path string) (string, error) {
	switch path {
	case "spec.nodeName":
		return w.kubelet.Node, nil
	case "spec.serviceAccountName":
		return w.pod.Spec.ServiceAccountName, nil
	case "status.hostIP", "status.hostIPs":
		return w.kubelet.HostIP, nil
	case "status.podIP", "status.podIPs":
		return w.ip, nil
	}
	return fieldpath.ExtractFieldPathAsString(w.pod, path)
}

// command is what a container runs: its own words or the image's, with variables put in.
func command(container v1.Container, image program, variables map[string]string) []string {
	words, args := image.command, image.args
	if len(container.Command) > 0 {
		words, args = container.Command, nil
	}
	if len(container.Args) > 0 {
		args = container.Args
	}
	var all []string
	for _, word := range append(append([]string{}, words...), args...) {
		all = append(all, expansion.Expand(word, expansion.MappingFuncFor(variables)))
	}
	return all
}

func pairs(variables map[string]string) []string {
	var all []string
	for name, text := range variables {
		all = append(all, name+"="+text)
	}
	sort.Strings(all)
	return all
}

// etcFiles are the files below /etc by which a pod finds names: those of the cluster first, unless it wants the host's.
func (w *worker) etcFiles(resolver string) map[string]string {
	hosts := []string{"# Kubernetes-managed hosts file.", "127.0.0.1\tlocalhost", "::1\tlocalhost", w.ip + "\t" + w.pod.Name}
	for _, alias := range w.pod.Spec.HostAliases {
		hosts = append(hosts, alias.IP+"\t"+strings.Join(alias.Hostnames, "\t"))
	}
	return map[string]string{"hosts": strings.Join(hosts, "\n") + "\n", "hostname": w.pod.Name + "\n", "resolv.conf": w.resolver(resolver)}
}

func (w *worker) resolver(hosts string) string {
	var lines []string
	switch policy := w.pod.Spec.DNSPolicy; {
	case policy == v1.DNSDefault || (policy == v1.DNSClusterFirst && w.pod.Spec.HostNetwork):
		lines = append(lines, strings.TrimSpace(hosts))
	case policy == v1.DNSNone:
	default:
		domain := w.kubelet.Domain
		lines = append(lines, "search "+w.pod.Namespace+".svc."+domain+" svc."+domain+" "+domain, "nameserver "+w.kubelet.DNS, "options ndots:5")
	}
	if of := w.pod.Spec.DNSConfig; of != nil {
		for _, server := range of.Nameservers {
			lines = append(lines, "nameserver "+server)
		}
		if len(of.Searches) > 0 {
			lines = append(lines, "search "+strings.Join(of.Searches, " "))
		}
		for _, option := range of.Options {
			text := option.Name
			if option.Value != nil {
				text += ":" + *option.Value
			}
			lines = append(lines, "options "+text)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}
