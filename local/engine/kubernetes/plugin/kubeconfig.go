package plugin

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientapi "k8s.io/client-go/tools/clientcmd/api"
)

const clusterIdentifier = "clusterIdentifier"

// restConfig resolves what the provider was given to an address and credentials, and to the namespace objects go to
// where they name none.
func restConfig(c config) (*rest.Config, string, error) {
	overrides := &clientcmd.ConfigOverrides{
		Context:        clientapi.Context{Cluster: c.cluster, Namespace: c.namespace},
		CurrentContext: c.context,
	}
	rules := clientcmd.NewDefaultClientConfigLoadingRules() // KUBECONFIG, else the file in the home folder
	loaded := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides)
	if c.kubeconfig != "" {
		parsed, err := parseKubeconfig(c.kubeconfig)
		if err != nil {
			return nil, c.namespace,
				fmt.Errorf("failed to parse kubeconfig data in `kubernetes:config:kubeconfig`- %w", err)
		}
		loaded = clientcmd.NewDefaultClientConfig(*parsed, overrides)
	}
	namespace, _, err := loaded.Namespace()
	if err != nil {
		namespace = c.namespace
	}
	result, err := loaded.ClientConfig()
	if err != nil {
		return nil, namespace, fmt.Errorf("unable to load Kubernetes client configuration from kubeconfig file. Make "+
			"sure you have: \n\n \t • set up the provider as per "+
			"https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/ \n\n %w", err)
	}
	return result, namespace, nil
}

// parseKubeconfig takes the contents of a kubeconfig, or the path of one.
func parseKubeconfig(contentsOrPath string) (*clientapi.Config, error) {
	path := contentsOrPath
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			path = filepath.Join(home, rest)
		}
	}
	if !strings.ContainsAny(path, "\n{") {
		if text, err := os.ReadFile(path); err == nil {
			return clientcmd.Load(text)
		} else if !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
	}
	return clientcmd.Load([]byte(contentsOrPath))
}

// parseKubeconfigValue reads a property: text, or the same as an object.
func parseKubeconfigValue(value resource.PropertyValue) (*clientapi.Config, error) {
	switch {
	case value.IsNull():
		return clientapi.NewConfig(), nil
	case value.IsSecret():
		return parseKubeconfigValue(value.SecretValue().Element)
	case value.IsString():
		return parseKubeconfig(value.StringValue())
	case value.IsObject():
		text, err := json.Marshal(value.ObjectValue().Mappable())
		if err != nil {
			return nil, err
		}
		return clientcmd.Load(text)
	}
	return nil, fmt.Errorf("unexpected kubeconfig format, type: %v", value.TypeString())
}

// activeCluster is the part of a kubeconfig that says which cluster it is: its address and how that proves itself. It
// is not there where the configuration is the environment's, or names what the kubeconfig does not hold.
func activeCluster(kubeconfig *clientapi.Config, overrides resource.PropertyMap) (*clientapi.Cluster, bool) {
	text := func(key resource.PropertyKey, otherwise string) string {
		if value, ok := overrides[key]; ok && value.IsString() {
			return value.StringValue()
		}
		return otherwise
	}
	active := kubeconfig.Contexts[text("context", kubeconfig.CurrentContext)]
	if active == nil {
		return nil, false
	}
	cluster := kubeconfig.Clusters[text("cluster", active.Cluster)]
	if cluster == nil {
		return nil, false
	}
	identity := cluster.DeepCopy()
	identity.LocationOfOrigin = "" // the path of the file is no part of the cluster
	return identity, true
}

// configChange is the answer to a changed provider configuration.
type configChange struct{ changed, replaces []string }

// compareConfigs decides what a changed configuration means. Kubernetes gives clusters no identity, so another address,
// CA, context or cluster name is taken for another cluster, and everything in it is replaced; unless the program gives
// an identity of its own and that is the same as before.
func compareConfigs(old, new resource.PropertyMap) (configChange, error) {
	diff := old.Diff(new)
	if diff == nil {
		return configChange{}, nil
	}
	var change configChange
	for _, key := range diff.ChangedKeys() {
		change.changed = append(change.changed, string(key))
	}
	slices.Sort(change.changed)
	if diff.Updated(clusterIdentifier) {
		change.replaces = append(change.replaces, clusterIdentifier)
	}
	identified := diff.Same(clusterIdentifier) && new.HasValue(clusterIdentifier)

	locating := []string{"kubeconfig", "context", "cluster"}
	for _, key := range locating {
		if new[resource.PropertyKey(key)].ContainsUnknowns() {
			// nobody can tell whether it will be the same cluster, so it is taken for another one
			change.changed = []string{key}
			change.replaces = append(change.replaces, key)
			return change.unless(identified), nil
		}
	}
	another, err := isAnotherCluster(old, new)
	if err != nil {
		return configChange{}, err
	}
	if another {
		for _, key := range locating {
			if slices.Contains(change.changed, key) {
				change.replaces = append(change.replaces, key)
			}
		}
	}
	return change.unless(identified), nil
}

func (c configChange) unless(identified bool) configChange {
	if identified {
		c.replaces = nil
	}
	return c
}

func isAnotherCluster(old, new resource.PropertyMap) (bool, error) {
	before, err := parseKubeconfigValue(old["kubeconfig"])
	if err != nil {
		return false, err
	}
	after, err := parseKubeconfigValue(new["kubeconfig"])
	if err != nil {
		return false, err
	}
	was, known := activeCluster(before, old)
	is, found := activeCluster(after, new)
	return known && found && !reflect.DeepEqual(was, is), nil
}
