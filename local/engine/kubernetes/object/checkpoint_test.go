package object

import (
	"encoding/base64"
	"reflect"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

func TestCheckpointIsTheLiveObjectWithThreeKeysBesideIt(t *testing.T) {
	inputs := ofKind("v1", "ConfigMap", fields{"data": fields{"a": "1"}})
	live := ofKind("v1", "ConfigMap", fields{"data": fields{"a": "1"}, "metadata": fields{"uid": "u"}})
	state := Checkpoint(inputs, live, nil, "v1", "pulumi-kubernetes-1")
	if !reflect.DeepEqual(state.Mappable(), fields{
		"apiVersion": "v1", "kind": "ConfigMap", "data": fields{"a": "1"}, "metadata": fields{"uid": "u"},
		"__inputs":            fields{"apiVersion": "v1", "kind": "ConfigMap", "data": fields{"a": "1"}},
		"__initialApiVersion": "v1", "__fieldManager": "pulumi-kubernetes-1",
	}) {
		t.Errorf("got %v", state.Mappable())
	}
	gotInputs, gotLive := ParseCheckpoint(state)
	if !reflect.DeepEqual(gotInputs, inputs) || !reflect.DeepEqual(gotLive, live) {
		t.Errorf("taken apart: %v, %v", gotInputs, gotLive)
	}
}

func TestSecretsStaySecret(t *testing.T) {
	secret := resource.MakeSecret(resource.NewStringProperty("x"))
	asked := resource.PropertyMap{
		"data": resource.NewObjectProperty(resource.PropertyMap{"a": secret, "b": resource.NewStringProperty("y")}),
		"list": resource.NewArrayProperty([]resource.PropertyValue{secret}),
	}
	plain := ToProperties(FromProperties(asked).Object)
	if plain.ContainsSecrets() {
		t.Fatal("an object holds secrets")
	}
	MarkSecrets(plain, asked)
	data := plain["data"].ObjectValue()
	if !data["a"].IsSecret() || data["b"].IsSecret() || !plain["list"].IsSecret() {
		t.Errorf("got %v", plain)
	}
	kept := ToProperties(ofKind("v1", "Secret", fields{"data": fields{"a": "eA=="}, "stringData": fields{"b": "y"}}).Object)
	MarkSecrets(kept, nil)
	if !kept["data"].IsSecret() || !kept["stringData"].IsSecret() {
		t.Errorf("the content of a Secret is plain: %v", kept)
	}
}

func TestDashedFieldsOfDefinitions(t *testing.T) {
	o := ofKind("apiextensions.k8s.io/v1", "CustomResourceDefinition", fields{"x-kubernetes-list-type": "map"})
	properties := ToProperties(o.Object)
	if _, ok := properties["x_kubernetes_list_type"]; !ok {
		t.Errorf("got %v", properties)
	}
	if !reflect.DeepEqual(FromProperties(properties), o) {
		t.Error("not the same again")
	}
}

func TestNormalize(t *testing.T) {
	quantity := ofKind("v1", "Pod", fields{"spec": fields{"containers": []any{
		fields{"name": "a", "resources": fields{"limits": fields{"cpu": "1000m"}}}}}})
	containers := Normalize(quantity).Object["spec"].(fields)["containers"].([]any)
	if !reflect.DeepEqual(containers[0], fields{"name": "a", "resources": fields{"limits": fields{"cpu": "1"}}}) {
		t.Errorf("got %v", containers)
	}
	secret := Normalize(ofKind("v1", "Secret", fields{"stringData": fields{"a": "x"}}))
	want := fields{"apiVersion": "v1", "kind": "Secret", "data": fields{"a": base64.StdEncoding.EncodeToString([]byte("x"))}}
	if !reflect.DeepEqual(secret.Object, want) {
		t.Errorf("got %v", secret.Object)
	}
	thing := fields{"spec": fields{"cpu": "1000m"}, "metadata": fields{"name": "x", "uid": "u"}}
	custom := Normalize(ofKind("example.com/v1", "Thing", thing))
	if !reflect.DeepEqual(custom.Object["spec"], fields{"cpu": "1000m"}) || Metadata(custom, "uid") != nil {
		t.Errorf("got %v", custom.Object)
	}
}

func TestPruneLeavesWhatWasAskedFor(t *testing.T) {
	live := &Unstructured{Object: fields{"spec": fields{"a": "live", "server": "x", "list": []any{
		fields{"name": "1", "server": "x"}, fields{"name": "2"}}}, "status": fields{}}}
	shape := &Unstructured{Object: fields{"spec": fields{"a": "asked", "missing": "x", "list": []any{fields{"name": "1"}}}}}
	want := fields{"spec": fields{"a": "live", "list": []any{fields{"name": "1"}}}}
	if got := Prune(live, shape).Object; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
