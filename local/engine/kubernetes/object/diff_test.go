package object

import (
	"maps"
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

type fields = map[string]any

func kindsByPath(detailed map[string]*rpc.PropertyDiff) map[string]string {
	result := map[string]string{}
	for path, diff := range detailed {
		result[path] = diff.Kind.String()
	}
	return result
}

func TestCompareNamesTheHighestPathThatDiffers(t *testing.T) {
	old := fields{
		"same": fields{"a": int64(1)}, "scalar": "x", "gone": fields{"deep": true},
		"labels": fields{"estate.test/a": "1", "b": "1"}, "list": []any{fields{"n": "1"}, "tail"}, "kind": "x",
	}
	new := fields{
		"same": fields{"a": float64(1)}, "scalar": "y", "added": fields{"deep": true},
		"labels": fields{"estate.test/a": "2", "b": "1"}, "list": []any{fields{"n": "2", "m": "1"}}, "kind": fields{},
	}
	detailed, replaces := Detailed(Compare(old, new), nil, nil)
	want := map[string]string{
		"scalar": "UPDATE", "gone": "DELETE", "added": "ADD", `labels["estate.test/a"]`: "UPDATE",
		"list[0].n": "UPDATE", "list[0].m": "ADD", "list[1]": "DELETE", "kind": "UPDATE",
	}
	if got := kindsByPath(detailed); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if len(replaces) != 0 {
		t.Errorf("replaces %v although nothing is immutable", replaces)
	}
	if !detailed["gone"].InputDiff || detailed["added"].InputDiff {
		t.Error("only deletions are differences of the inputs")
	}
}

func TestUnknownValuesDifferFromEveryOther(t *testing.T) {
	unknown := resource.Computed{Element: resource.NewStringProperty("")}
	detailed, _ := Detailed(Compare(fields{"a": "1", "b": fields{"c": "1"}}, fields{"a": unknown, "b": unknown, "d": unknown}), nil, nil)
	want := map[string]string{"a": "UPDATE", "b": "UPDATE", "d": "ADD"}
	if got := kindsByPath(detailed); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestIgnoredPathsAreNoDifference(t *testing.T) {
	ignored, err := resource.ParsePropertyPath(`metadata.labels`)
	if err != nil {
		t.Fatal(err)
	}
	old := fields{"metadata": fields{"labels": fields{"a": "1"}, "name": "x"}}
	new := fields{"metadata": fields{"labels": fields{"a": "2"}, "name": "y"}}
	detailed, replaces := Detailed(Compare(old, new), Identity, []resource.PropertyPath{ignored})
	if got := kindsByPath(detailed); !maps.Equal(got, map[string]string{"metadata.name": "UPDATE_REPLACE"}) {
		t.Errorf("got %v", got)
	}
	if !slices.Equal(replaces, []string{"metadata.name"}) {
		t.Errorf("replaces %v", replaces)
	}
}

func TestLosingTheMetadataReplaces(t *testing.T) {
	_, replaces := Detailed(Compare(fields{"metadata": fields{"name": "x"}}, fields{}), Identity, nil)
	if !slices.Equal(replaces, []string{"metadata"}) {
		t.Errorf("replaces %v", replaces)
	}
}
