package main

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/blang/semver"
	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/integration"
)

// The tokens and the properties the npm package sends. A property that is missing here would be dropped silently.
func TestSchemaHasTheTokensAndPropertiesOfTheSdk(t *testing.T) {
	server, err := integration.NewServer(t.Context(), "command", semver.MustParse(version),
		integration.WithProvider(provider()))
	if err != nil {
		t.Fatal(err)
	}
	response, err := server.GetSchema(p.GetSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Resources map[string]struct {
			InputProperties map[string]struct {
				Secret           bool
				ReplaceOnChanges bool
			}
			Properties map[string]any
		}
		Functions map[string]any
		Types     map[string]struct{ Properties map[string]any }
	}
	if err := json.Unmarshal([]byte(response.Schema), &schema); err != nil {
		t.Fatal(err)
	}
	for token, want := range map[string][]string{
		"command:local:Command": {"addPreviousOutputInEnv", "archivePaths", "assetPaths", "create", "delete", "dir",
			"environment", "interpreter", "logging", "stdin", "triggers", "update"},
		"command:remote:Command": {"addPreviousOutputInEnv", "connection", "create", "delete", "environment", "logging",
			"stdin", "triggers", "update"},
		"command:remote:CopyToRemote": {"connection", "remotePath", "source", "triggers"},
		"command:remote:CopyFile":     {"connection", "localPath", "remotePath", "triggers"},
	} {
		resource := schema.Resources[token]
		if got := sortedKeys(resource.InputProperties); !slices.Equal(got, want) {
			t.Errorf("%s takes %v, want %v", token, got, want)
		}
		if connection, ok := resource.InputProperties["connection"]; ok && !connection.Secret {
			t.Errorf("%s: connection is not secret", token)
		}
		if !resource.InputProperties["triggers"].ReplaceOnChanges {
			t.Errorf("%s: triggers do not replace", token)
		}
	}
	if _, ok := schema.Functions["command:local:run"]; !ok {
		t.Errorf("command:local:run is missing: %v", sortedKeys(schema.Functions))
	}
	proxied := []string{"agentSocketPath", "dialErrorLimit", "host", "hostKey", "password", "perDialTimeout", "port",
		"privateKey", "privateKeyPassword", "user"}
	if got := sortedKeys(schema.Types["command:remote:ProxyConnection"].Properties); !slices.Equal(got, proxied) {
		t.Errorf("proxy takes %v, want %v", got, proxied)
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
