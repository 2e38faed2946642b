package object

import (
	"slices"
	"testing"
)

func ofKind(apiVersion, kind string, more fields) *Unstructured {
	o := &Unstructured{Object: fields{"apiVersion": apiVersion, "kind": kind}}
	for key, value := range more {
		o.Object[key] = value
	}
	return o
}

func TestImmutableFieldsReplace(t *testing.T) {
	for name, example := range map[string]struct {
		object   *Unstructured
		old, new fields
		replaces []string
	}{
		"a Deployment's selector": {ofKind("apps/v1", "Deployment", nil),
			fields{"spec": fields{"selector": fields{"matchLabels": fields{"a": "1"}}, "replicas": 1}},
			fields{"spec": fields{"selector": fields{"matchLabels": fields{"a": "2"}}, "replicas": 2}},
			[]string{"spec.selector.matchLabels.a"}},
		"a Deployment's image is updated": {ofKind("apps/v1", "Deployment", nil),
			fields{"spec": fields{"template": fields{"image": "1"}}},
			fields{"spec": fields{"template": fields{"image": "2"}}}, nil},
		"a Pod's image": {ofKind("v1", "Pod", nil),
			fields{"spec": fields{"containers": []any{fields{"image": "1", "name": "a"}}}},
			fields{"spec": fields{"containers": []any{fields{"image": "2", "name": "b"}}}},
			[]string{"spec.containers[0].image"}},
		"a spec that brings an immutable field": {ofKind("batch/v1", "Job", nil),
			fields{}, fields{"spec": fields{"template": fields{}}}, []string{"spec"}},
		"a spec that brings none": {ofKind("batch/v1", "Job", nil),
			fields{}, fields{"spec": fields{"suspend": true}}, nil},
		"a Job's template": {ofKind("batch/v1", "Job", nil),
			fields{"spec": fields{"template": fields{"a": "1"}}}, fields{"spec": fields{"template": fields{"a": "2"}}},
			[]string{"spec.template.a"}},
		"a claim's size is updated": {ofKind("v1", "PersistentVolumeClaim", nil),
			fields{"spec": fields{"resources": fields{"requests": "1"}, "storageClassName": "a"}},
			fields{"spec": fields{"resources": fields{"requests": "2"}, "storageClassName": "b"}},
			[]string{"spec.storageClassName"}},
		"the namespace of anything": {ofKind("example.com/v1", "Thing", nil),
			fields{"metadata": fields{"namespace": "a"}}, fields{"metadata": fields{"namespace": "b"}},
			[]string{"metadata.namespace"}},
		"a removed field": {ofKind("storage.k8s.io/v1", "StorageClass", nil),
			fields{"parameters": fields{"a": "1"}}, fields{}, []string{"parameters"}},
	} {
		immutable := Immutable(example.object, false, false)
		if _, replaces := Detailed(Compare(example.old, example.new), immutable, nil); !slices.Equal(replaces, example.replaces) {
			t.Errorf("%s: replaces %v, want %v", name, replaces, example.replaces)
		}
	}
}

func TestConfigMapsAndSecretsAreReplacedUnlessMutable(t *testing.T) {
	frozen := fields{"immutable": true}
	for _, example := range []struct {
		object   *Unstructured
		mutable  bool
		replaces bool
	}{
		{ofKind("v1", "ConfigMap", nil), false, true}, {ofKind("v1", "ConfigMap", nil), true, false},
		{ofKind("v1", "ConfigMap", frozen), true, true}, {ofKind("v1", "Secret", nil), false, true},
		{ofKind("v1", "Secret", nil), true, false}, {ofKind("v1", "Secret", frozen), true, true},
	} {
		_, replaces := Detailed(Compare(fields{"data": fields{"a": "1"}}, fields{"data": fields{"a": "2"}}),
			Immutable(example.object, example.mutable, example.mutable), nil)
		if (len(replaces) > 0) != example.replaces {
			t.Errorf("%v with mutable %v: replaces %v", example.object.Object, example.mutable, replaces)
		}
	}
}
