package object

import (
	"regexp"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

func TestAssignName(t *testing.T) {
	o := &Unstructured{Object: fields{}}
	if err := AssignName(o, "web", []byte("seed"), nil); err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^web-[0-9a-f]{8}$`).MatchString(o.GetName()) || !IsAutonamed(o) {
		t.Errorf("got %v", o.Object)
	}
	again := &Unstructured{Object: fields{}}
	_ = AssignName(again, "web", []byte("seed"), nil)
	if again.GetName() != o.GetName() {
		t.Error("the same seed gives another name")
	}

	unknown := resource.Computed{Element: resource.NewStringProperty("")}
	for _, metadata := range []fields{{"name": "given"}, {"name": unknown}, {"generateName": "g-"}} {
		o := &Unstructured{Object: fields{"metadata": metadata}}
		if err := AssignName(o, "web", nil, nil); err != nil || IsAutonamed(o) {
			t.Errorf("%v: autonamed, or %v", metadata, err)
		}
	}

	proposed := &Unstructured{Object: fields{}}
	_ = AssignName(proposed, "web", nil, &rpc.CheckRequest_AutonamingOptions{ProposedName: "web-prod"})
	if proposed.GetName() != "web-prod" {
		t.Errorf("the engine's proposal is not taken: %v", proposed.Object)
	}
	off := &rpc.CheckRequest_AutonamingOptions{Mode: rpc.CheckRequest_AutonamingOptions_DISABLE}
	if err := AssignName(&Unstructured{Object: fields{}}, "web", nil, off); err == nil {
		t.Error("a name is given although autonaming is disabled")
	}
}

func TestAdoptNameKeepsOnlyNamesOfOurs(t *testing.T) {
	ours := &Unstructured{Object: fields{"metadata": fields{"name": "web-1", "annotations": fields{Autonamed: "true"}}}}
	theirs := &Unstructured{Object: fields{"metadata": fields{"name": "web"}}}
	o := &Unstructured{Object: fields{}}
	AdoptName(o, ours)
	if o.GetName() != "web-1" || !IsAutonamed(o) {
		t.Errorf("got %v", o.Object)
	}
	o = &Unstructured{Object: fields{}}
	AdoptName(o, theirs)
	if o.GetName() != "" {
		t.Errorf("a name the program once gave is kept: %v", o.Object)
	}
}

func TestIDs(t *testing.T) {
	for id, want := range map[string][2]string{"a": {"", "a"}, "n/a": {"n", "a"}} {
		namespace, name, err := ParseID(id)
		if err != nil || [2]string{namespace, name} != want {
			t.Errorf("%q: %q %q %v", id, namespace, name, err)
		}
	}
	for _, id := range []string{"", "a/", "/a", "a/b/c"} {
		if _, _, err := ParseID(id); err == nil {
			t.Errorf("%q is taken", id)
		}
	}
}

func TestTokens(t *testing.T) {
	for token, want := range map[string]string{
		"kubernetes:apps/v1:Deployment": "apps/v1, Kind=Deployment", "kubernetes:core/v1:Pod": "/v1, Kind=Pod",
		"kubernetes:example.com/v1:Thing": "example.com/v1, Kind=Thing",
	} {
		if gvk, err := KindOfToken(token); err != nil || gvk.String() != want {
			t.Errorf("%s: %v, %v", token, gvk, err)
		}
	}
	if !IsPatch("kubernetes:core/v1:ConfigMapPatch", "ConfigMap") || IsPatch("kubernetes:a.com/v1:Patch", "Patch") {
		t.Error("Patch resources are told by the kind they change")
	}
	for token, supported := range map[string]bool{
		"kubernetes:core/v1:PodList": false, "kubernetes:helm.sh/v3:Release": false, "kubernetes:yaml/v2:ConfigFile": false,
		"kubernetes:example.com/v1:Playlist": true, "kubernetes:core/v1:Pod": true,
	} {
		if (Unsupported(token) == nil) != supported {
			t.Errorf("%s: %v", token, Unsupported(token))
		}
	}
}
