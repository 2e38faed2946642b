package object

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// patchSuffix is at the end of the type name of a resource that owns only some fields of an object.
const patchSuffix = "Patch"

// KindOfToken reads `kubernetes:apps/v1:Deployment`. The kind of a Patch resource keeps its suffix.
func KindOfToken(token string) (schema.GroupVersionKind, error) {
	parts := strings.Split(token, ":")
	if len(parts) != 3 || parts[0] != "kubernetes" {
		return schema.GroupVersionKind{}, fmt.Errorf("%q is no type of this plugin", token)
	}
	group, version, found := strings.Cut(parts[1], "/")
	if !found {
		return schema.GroupVersionKind{}, fmt.Errorf("apiVersion does not have both a group and a version: %q", parts[1])
	}
	if group == "core" {
		group = ""
	}
	return schema.GroupVersionKind{Group: group, Version: version, Kind: parts[2]}, nil
}

// IsPatch says whether a resource of this type, with inputs of this kind, owns only some fields of an object. Without
// inputs the type name decides.
func IsPatch(token, kind string) bool {
	name := token[strings.LastIndex(token, ":")+1:]
	if kind == "" {
		return strings.HasSuffix(name, patchSuffix)
	}
	return name == kind+patchSuffix
}

// WithoutPatch is the kind of the object a Patch resource changes.
func WithoutPatch(gvk schema.GroupVersionKind) schema.GroupVersionKind {
	gvk.Kind = strings.TrimSuffix(gvk.Kind, patchSuffix)
	return gvk
}

// Unsupported explains why a type cannot be had here; nil for what can.
func Unsupported(token string) error {
	for prefix, what := range map[string]string{
		"kubernetes:helm.sh/":   "Helm charts and releases",
		"kubernetes:yaml":       "yaml.ConfigFile and yaml.ConfigGroup",
		"kubernetes:kustomize":  "Kustomize directories",
		"kubernetes:helm:":      "Helm charts",
		"kubernetes:kustomize:": "Kustomize directories",
	} {
		if strings.HasPrefix(token, prefix) {
			return fmt.Errorf("%s: %s need the official kubernetes plugin; this is the one built from this "+
				"project's local/engine/kubernetes, which takes plain resources", token, what)
		}
	}
	if strings.HasSuffix(token, "List") && IsKnownList(token) {
		return fmt.Errorf("list resources exist for compatibility with YAML manifests and Helm charts, " +
			"and cannot be created directly. Use the underlying resource type instead")
	}
	return nil
}

// IsKnownList says whether the token names a list of objects of Kubernetes itself.
func IsKnownList(token string) bool {
	gvk, err := KindOfToken(strings.TrimSuffix(token, "List"))
	if err != nil {
		return false
	}
	known := &Unstructured{Object: map[string]any{}}
	known.SetGroupVersionKind(gvk)
	return IsKnown(known)
}
