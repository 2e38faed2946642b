package object

import "testing"

func TestAFieldThatTheKindDoesNotHaveReachesTheServer(t *testing.T) {
	spec := func(field string) map[string]any {
		made := Normalize(&Unstructured{Object: map[string]any{
			"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": map[string]any{"name": "closed"},
			"spec": map[string]any{"podSelector": map[string]any{}, field: []any{"Egress"}},
		}})
		return made.Object["spec"].(map[string]any)
	}
	for _, field := range []string{"policyTypes", "policyType"} {
		if _, found := spec(field)[field]; !found {
			t.Errorf("%s is gone", field)
		}
	}
}
