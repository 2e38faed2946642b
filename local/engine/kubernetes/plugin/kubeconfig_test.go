package plugin

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/client-go/tools/clientcmd"
	clientapi "k8s.io/client-go/tools/clientcmd/api"
)

func kubeconfig(t *testing.T, change func(*clientapi.Config)) string {
	t.Helper()
	config := clientapi.NewConfig()
	for _, name := range []string{"one", "two"} {
		config.Clusters[name] = &clientapi.Cluster{Server: "https://" + name + ".test", CertificateAuthorityData: []byte("ca")}
		config.AuthInfos[name] = &clientapi.AuthInfo{Token: "token"}
		config.Contexts[name] = &clientapi.Context{Cluster: name, AuthInfo: name}
	}
	config.CurrentContext = "one"
	if change != nil {
		change(config)
	}
	text, err := clientcmd.Write(*config)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func settings(pairs ...any) resource.PropertyMap {
	result := resource.PropertyMap{}
	for i := 0; i < len(pairs); i += 2 {
		key := resource.PropertyKey(pairs[i].(string))
		if value, ok := pairs[i+1].(resource.PropertyValue); ok {
			result[key] = value
		} else {
			result[key] = resource.NewPropertyValue(pairs[i+1])
		}
	}
	return result
}

func TestWhatReplacesTheProvider(t *testing.T) {
	base := kubeconfig(t, nil)
	address := kubeconfig(t, func(c *clientapi.Config) { c.Clusters["one"].Server = "https://other.test" })
	authority := kubeconfig(t, func(c *clientapi.Config) { c.Clusters["one"].CertificateAuthorityData = []byte("other") })
	token := kubeconfig(t, func(c *clientapi.Config) { c.AuthInfos["one"].Token = "other" })
	neighbour := kubeconfig(t, func(c *clientapi.Config) { c.Clusters["two"].Server = "https://other.test" })
	unknown := resource.MakeComputed(resource.NewStringProperty(""))

	for name, example := range map[string]struct {
		old, new          resource.PropertyMap
		changed, replaces []string
	}{
		"nothing":               {settings("kubeconfig", base), settings("kubeconfig", base), nil, nil},
		"another address":       {settings("kubeconfig", base), settings("kubeconfig", address), []string{"kubeconfig"}, []string{"kubeconfig"}},
		"another CA":            {settings("kubeconfig", base), settings("kubeconfig", authority), []string{"kubeconfig"}, []string{"kubeconfig"}},
		"other credentials":     {settings("kubeconfig", base), settings("kubeconfig", token), []string{"kubeconfig"}, nil},
		"an unused cluster":     {settings("kubeconfig", base), settings("kubeconfig", neighbour), []string{"kubeconfig"}, nil},
		"from the surroundings": {settings(), settings("kubeconfig", base), []string{"kubeconfig"}, nil},
		"another context": {settings("kubeconfig", base), settings("kubeconfig", base, "context", "two"),
			[]string{"context"}, []string{"context"}},
		"a context that is not there": {settings("kubeconfig", base), settings("kubeconfig", base, "context", "three"),
			[]string{"context"}, nil},
		"another cluster": {settings("kubeconfig", base), settings("kubeconfig", base, "cluster", "two"),
			[]string{"cluster"}, []string{"cluster"}},
		"an unknown kubeconfig": {settings("kubeconfig", base), settings("kubeconfig", unknown),
			[]string{"kubeconfig"}, []string{"kubeconfig"}},
		"another address of an identified cluster": {
			settings("kubeconfig", base, "clusterIdentifier", "estate"),
			settings("kubeconfig", address, "clusterIdentifier", "estate"), []string{"kubeconfig"}, nil},
		"an unknown kubeconfig of an identified cluster": {
			settings("kubeconfig", base, "clusterIdentifier", "estate"),
			settings("kubeconfig", unknown, "clusterIdentifier", "estate"), []string{"kubeconfig"}, nil},
		"another identity": {
			settings("kubeconfig", base, "clusterIdentifier", "a"), settings("kubeconfig", base, "clusterIdentifier", "b"),
			[]string{"clusterIdentifier"}, []string{"clusterIdentifier"}},
		"an identity for the first time": {
			settings("kubeconfig", base), settings("kubeconfig", base, "clusterIdentifier", "b"),
			[]string{"clusterIdentifier"}, nil},
		"an identity and another address at once": {
			settings("kubeconfig", base), settings("kubeconfig", address, "clusterIdentifier", "b"),
			[]string{"clusterIdentifier", "kubeconfig"}, []string{"kubeconfig"}},
	} {
		got, err := compareConfigs(example.old, example.new)
		if err != nil || !slices.Equal(got.changed, example.changed) || !slices.Equal(got.replaces, example.replaces) {
			t.Errorf("%s: changed %v, replaces %v, %v; want %v and %v", name, got.changed, got.replaces, err,
				example.changed, example.replaces)
		}
	}
}

func TestKubeconfigByContentsByPathAndAsAnObject(t *testing.T) {
	text := kubeconfig(t, nil)
	path := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	moved := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(moved, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, given := range []string{text, path} {
		config, namespace, err := restConfig(config{kubeconfig: given, context: "two", namespace: "mine"})
		if err != nil || config.Host != "https://two.test" || namespace != "mine" {
			t.Errorf("host %v, namespace %q, %v", config, namespace, err)
		}
	}
	if change, err := compareConfigs(settings("kubeconfig", path), settings("kubeconfig", moved)); err != nil || change.replaces != nil {
		t.Errorf("another path of the same file replaces: %v, %v", change, err)
	}
	if _, _, err := restConfig(config{kubeconfig: "{not a kubeconfig"}); err == nil {
		t.Error("nonsense is taken for a kubeconfig")
	}
}

func TestSwitchesComeFromTheProgramThenFromTheEnvironment(t *testing.T) {
	environment := func(name string) (string, bool) {
		value, ok := map[string]string{
			"PULUMI_K8S_DELETE_UNREACHABLE": "true", "PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY": "false",
			"PULUMI_K8S_CLIENT_QPS": "7", "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE": "",
		}[name]
		return value, ok
	}
	c, err := readConfig(map[string]string{
		"kubernetes:config:enableServerSideApply": "true",
		"kubernetes:config:kubeClientSettings":    `{"burst":3}`,
	}, environment)
	if err != nil || !c.serverSideApply || !c.deleteUnreachable || c.skipUpdateUnreachable || c.upsertExistingObjects {
		t.Errorf("got %+v, %v", c, err)
	}
	if *c.client.Burst != 3 || *c.client.QPS != 7 || *c.client.Timeout != 0 {
		t.Errorf("client settings: %d, %v, %d", *c.client.Burst, *c.client.QPS, *c.client.Timeout)
	}
}
