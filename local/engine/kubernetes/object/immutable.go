package object

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Identity are the fields that are what an object is: changing one makes another object.
var Identity = []string{"metadata.name", "metadata.namespace"}

// immutable lists, by group and kind, the fields whose change replaces the object, in every version of the kind.
// It is the table of the official plugin; what the server calls immutable beyond it makes the update fail there, and
// here too. `*` stands for every element of a list.
var immutable = map[schema.GroupKind][]string{
	{Group: "apps", Kind: "DaemonSet"}:  {"spec.selector"},
	{Group: "apps", Kind: "Deployment"}: {"spec.selector"},
	{Group: "apps", Kind: "StatefulSet"}: {
		"spec.podManagementPolicy", "spec.revisionHistoryLimit", "spec.selector", "spec.serviceName",
		"spec.volumeClaimTemplates",
	},
	{Group: "batch", Kind: "Job"}: {
		"spec.completions", "spec.parallelism", "spec.selector", "spec.template",
	},
	{Kind: "PersistentVolume"}: under("spec", "awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder",
		"csi", "fc", "flexVolume", "flocker", "gcePersistentDisk", "glusterfs", "hostPath", "iscsi", "local", "nfs",
		"photonPersistentDisk", "portworxVolume", "quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume"),
	{Kind: "PersistentVolumeClaim"}: under("spec", "accessModes", "selector", "storageClassName", "volumeName"),
	{Kind: "Pod"}: slices.Concat(
		under("spec", "affinity", "automountServiceAccountToken", "dnsConfig", "dnsPolicy", "enableServiceLinks",
			"hostAliases", "hostIPC", "hostNetwork", "hostPID", "hostname", "imagePullSecrets", "nodeName",
			"nodeSelector", "overhead", "preemptionPolicy", "priority", "priorityClassName", "readinessGates",
			"restartPolicy", "runtimeClassName", "schedulerName", "securityContext", "serviceAccount",
			"serviceAccountName", "shareProcessNamespace", "subdomain", "terminationGracePeriodSeconds", "volumes"),
		under("spec.containers.*", container...), under("spec.initContainers.*", container...)),
	{Kind: "ResourceQuota"}: {"spec.scopes"},
	{Kind: "Service"}:       {"spec.clusterIP"},
	{Group: "rbac.authorization.k8s.io", Kind: "ClusterRoleBinding"}: {"roleRef"},
	{Group: "rbac.authorization.k8s.io", Kind: "RoleBinding"}:        {"roleRef"},
	{Group: "storage.k8s.io", Kind: "StorageClass"}:                  {"parameters", "provisioner"},
}

var container = []string{
	"args", "command", "env", "image", "imagePullPolicy", "lifecycle", "livenessProbe", "ports", "readinessProbe",
	"resources", "securityContext", "stdin", "stdinOnce", "terminationMessagePath", "terminationMessagePolicy", "tty",
	"volumeDevices", "volumeMounts", "workingDir",
}

var (
	secretContent    = []string{"type", "stringData", "data"}
	configMapContent = []string{"binaryData", "data"}
)

func under(prefix string, fields ...string) []string {
	paths := make([]string, len(fields))
	for i, field := range fields {
		paths[i] = prefix + "." + field
	}
	return paths
}

// Immutable lists the fields of an object whose change replaces it. ConfigMaps and Secrets are replaced unless the
// provider is told that they are mutable: their users then see a new name and are rolled.
func Immutable(object *Unstructured, configMapsMutable, secretsMutable bool) []string {
	gvk := object.GroupVersionKind()
	fields := slices.Concat(Identity, immutable[gvk.GroupKind()])
	frozen, _ := object.Object["immutable"].(bool)
	switch gvk.GroupKind() {
	case schema.GroupKind{Kind: "Secret"}:
		if !secretsMutable || frozen {
			return append(fields, secretContent...)
		}
		return append(fields, "type")
	case schema.GroupKind{Kind: "ConfigMap"}:
		if !configMapsMutable || frozen {
			return append(fields, configMapContent...)
		}
	}
	return fields
}

// forces says whether a difference touches an immutable field: it is one, is inside one, or brings one along.
func forces(difference Difference, immutable []string) bool {
	return slices.ContainsFunc(immutable, func(field string) bool {
		rest := strings.Split(field, ".")
		for _, step := range difference.Path {
			if len(rest) == 0 {
				return true
			}
			if !matches(step, rest[0]) {
				return false
			}
			rest = rest[1:]
		}
		return has(difference.New, rest)
	})
}

func matches(step any, name string) bool {
	if _, ok := step.(int); ok {
		return name == "*"
	}
	return step == name
}

func has(value any, path []string) bool {
	if len(path) == 0 {
		return true
	}
	if elements, ok := value.([]any); ok && path[0] == "*" {
		return slices.ContainsFunc(elements, func(element any) bool { return has(element, path[1:]) })
	}
	members, _ := value.(map[string]any)
	member, ok := members[path[0]]
	return ok && has(member, path[1:])
}
