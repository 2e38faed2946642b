package plugin

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"time"

	"k8s.io/client-go/rest"
)

// config is the provider's configuration. Each switch may also come from the environment, under the name the official
// plugin gives it; the program's word counts more.
type config struct {
	kubeconfig, context, cluster, namespace string

	serverSideApply       bool
	deleteUnreachable     bool
	skipUpdateUnreachable bool
	configMapsMutable     bool
	secretsMutable        bool
	patchForce            bool
	upsertExistingObjects bool
	client                clientSettings
}

// clientSettings tune the client: requests a second, how many at once, and seconds each may take (0: no end).
type clientSettings struct {
	Burst   *int     `json:"burst"`
	QPS     *float64 `json:"qps"`
	Timeout *int     `json:"timeout"`
}

const prefix = "kubernetes:config:"

func readConfig(variables map[string]string, environment func(string) (string, bool)) (config, error) {
	text := func(name string) string { return variables[prefix+name] }
	flag := func(name, variable string, otherwise bool) bool {
		if value, ok := variables[prefix+name]; ok {
			return value == "true"
		}
		if value, ok := environment(variable); ok && value != "" {
			return value == "true"
		}
		return otherwise
	}
	c := config{
		kubeconfig:            text("kubeconfig"),
		context:               text("context"),
		cluster:               text("cluster"),
		namespace:             text("namespace"),
		serverSideApply:       flag("enableServerSideApply", "PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY", true),
		deleteUnreachable:     flag("deleteUnreachable", "PULUMI_K8S_DELETE_UNREACHABLE", false),
		skipUpdateUnreachable: flag("skipUpdateUnreachable", "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE", false),
		configMapsMutable:     flag("enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE", false),
		secretsMutable:        flag("enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE", false),
		patchForce:            flag("enablePatchForce", "PULUMI_K8S_ENABLE_PATCH_FORCE", false),
		upsertExistingObjects: flag("upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS", false),
	}
	if settings := text("kubeClientSettings"); settings != "" {
		if err := json.Unmarshal([]byte(settings), &c.client); err != nil {
			return c, fmt.Errorf("failed to unmarshal kubeClientSettings option: %w", err)
		}
	}
	return c, c.client.complete(environment)
}

func (s *clientSettings) complete(environment func(string) (string, bool)) error {
	number := func(variable string, otherwise float64) (float64, error) {
		value, ok := environment(variable)
		if !ok || value == "" {
			return otherwise, nil
		}
		parsed, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return 0, fmt.Errorf("invalid value specified for %s: %w", variable, err)
		}
		return parsed, nil
	}
	burst, err := number("PULUMI_K8S_CLIENT_BURST", 120)
	if err != nil {
		return err
	}
	qps, err := number("PULUMI_K8S_CLIENT_QPS", 50)
	if err != nil {
		return err
	}
	timeout, err := number("PULUMI_K8S_CLIENT_TIMEOUT", 0)
	if err != nil {
		return err
	}
	if s.Burst == nil {
		value := int(burst)
		s.Burst = &value
	}
	if s.QPS == nil {
		s.QPS = &qps
	}
	if s.Timeout == nil {
		value := int(timeout)
		s.Timeout = &value
	}
	return nil
}

func (s clientSettings) apply(to *rest.Config) {
	to.Burst, to.QPS = *s.Burst, float32(*s.QPS)
	to.Timeout = time.Duration(*s.Timeout) * time.Second
	to.WarningHandler = rest.NoWarnings{}
	to.UserAgent = "pulumi-kubernetes/" + Version
}

func fromEnvironment(name string) (string, bool) { return os.LookupEnv(name) }
