package local

import (
	"slices"
	"testing"
	"testing/fstest"
)

func TestMatchingFollowsTheLastPatternThatMatches(t *testing.T) {
	folder := fstest.MapFS{}
	for _, name := range []string{"assets/logos/logo.svg", "src/index.js", "src/secret.js", "src/deep/a.js", "top.js"} {
		folder[name] = &fstest.MapFile{}
	}
	for _, example := range []struct{ patterns, want []string }{
		{[]string{"assets/**", "src/**.js", "!**secret.*"}, []string{"assets/logos/logo.svg", "src/deep/a.js", "src/index.js"}},
		{[]string{"src/*.js"}, []string{"src/index.js", "src/secret.js"}},
		{[]string{"!**secret.*", "src/*.js"}, []string{"src/index.js", "src/secret.js"}},
		{nil, nil},
	} {
		got, err := matching(folder, example.patterns)
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(got)
		if !slices.Equal(got, example.want) {
			t.Errorf("%v names %v, want %v", example.patterns, got, example.want)
		}
	}
	if _, err := matching(folder, []string{"[a"}); err == nil {
		t.Error("a broken pattern is taken")
	}
}

func TestEnvironmentIsStableAndCarriesThePreviousOutput(t *testing.T) {
	variables := map[string]string{"B": "2", "A": "1"}
	previous := BaseOutputs{Stdout: "out"}
	got := environment(BaseInputs{Environment: &variables}, previous)
	if want := []string{"A=1", "B=2", "PULUMI_COMMAND_STDOUT=out"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	no := false
	if got := environment(BaseInputs{AddPreviousOutputInEnv: &no}, previous); got != nil {
		t.Errorf("got %v although addPreviousOutputInEnv is false", got)
	}
}
