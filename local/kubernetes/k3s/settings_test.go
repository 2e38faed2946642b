package k3s

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func parse(t *testing.T, command string, files map[string]string, environment map[string]string, args ...string) (*settings, error) {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	all := func(name string) string {
		if name == "K3S_CONFIG_FILE" && len(files) > 0 {
			return filepath.Join(folder, "config.yaml")
		}
		return environment[name]
	}
	if len(files) == 0 {
		args = append(args, "--config="+filepath.Join(folder, "config.yaml"))
		if err := os.WriteFile(filepath.Join(folder, "config.yaml"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return parseSettings(command, args, all)
}

func TestLaterFilesReplaceAndPlusAdds(t *testing.T) {
	s, err := parse(t, "server", map[string]string{
		"config.yaml":             "node-label: [a=1]\ntls-san: one\ndisable: [traefik]\ncluster-init: true\n",
		"config.yaml.d/10-a.yaml": "node-label+: [b=2]\ndisable: [coredns]\n",
		"config.yaml.d/20-b.yml":  "https-listen-port: 7443\n",
		"config.yaml.d/ignored":   "nonsense: true\n",
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.texts("node-label", false); !reflect.DeepEqual(got, []string{"a=1", "b=2"}) {
		t.Errorf("node-label is %v", got)
	}
	if got := s.texts("disable", true); !reflect.DeepEqual(got, []string{"coredns"}) {
		t.Errorf("disable is %v", got)
	}
	if s.number("https-listen-port") != 7443 || !s.flag("cluster-init") || s.text("cluster-domain") != "cluster.local" {
		t.Errorf("wrong values: %v", s.values)
	}
}

func TestFlagsOverFilesOverEnvironment(t *testing.T) {
	files := map[string]string{"config.yaml": "server: https://file:6443\nnode-name: file\nnode-label: [file=1]\n"}
	environment := map[string]string{"K3S_URL": "https://environment:6443", "K3S_TOKEN": "environment", "K3S_NODE_NAME": "environment"}
	s, err := parse(t, "agent", files, environment, "--node-name", "flag", "--node-label=flag=1")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"server": "https://file:6443", "token": "environment", "node-name": "flag", "node-label": "flag=1"} {
		if got := s.text(name); got != want {
			t.Errorf("%s is %q, not %q", name, got, want)
		}
	}
}

func TestMistakesAreRefused(t *testing.T) {
	for _, c := range []struct {
		command, file string
		args          []string
		want          string
	}{
		{"server", "node-labels: [a=b]", nil, "flag provided but not defined: -node-labels"},
		{"agent", "tls-san: [a]", nil, "flag provided but not defined: -tls-san"},
		{"agent", "", []string{"--cluster-init"}, "flag provided but not defined: -cluster-init"},
		{"server", "https-listen-port: many", nil, `invalid value "many" for flag -https-listen-port`},
		{"server", "cluster-init: perhaps", nil, `invalid value "perhaps" for flag -cluster-init`},
		{"server", "token: [a, b]", nil, "takes one value"},
		{"server", "token: {a: b}", nil, "not a map"},
		{"server", "token: a\ntoken: b", nil, "not valid YAML"},
		{"server", "", []string{"--token"}, "flag needs an argument: -token"},
		{"server", "", []string{"now"}, `unexpected argument "now"`},
	} {
		_, err := parse(t, c.command, map[string]string{"config.yaml": c.file}, nil, c.args...)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %q %v: got %v, not %q", c.command, c.file, c.args, err, c.want)
		}
	}
}

func TestANamedFileMustBeThere(t *testing.T) {
	if _, err := parseSettings("agent", []string{"--config", "/nowhere/config.yaml"}, func(string) string { return "" }); err == nil {
		t.Error("a missing file was accepted")
	}
}

func TestSecretsComeFromFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("from-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := parse(t, "agent", nil, nil, "--token-file", file)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.secret("token"); got != "from-file" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestWhatIsNotPlayedIsNamed(t *testing.T) {
	s, err := parse(t, "server", nil, nil, "--snapshotter=native", "--selinux", "--cluster-init", "-i", "10.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	if got := s.notPlayed(); !reflect.DeepEqual(got, []string{"selinux", "snapshotter"}) {
		t.Errorf("got %v", got)
	}
	if got := s.texts("node-ip", true); !reflect.DeepEqual(got, []string{"10.0.0.1"}) {
		t.Errorf("node-ip is %v", got)
	}
}

func TestTheTableIsWhole(t *testing.T) {
	server, agent := optionsOf("server"), optionsOf("agent")
	kinds := map[kind]bool{kindBool: true, kindList: true, "string": true, "int": true, "duration": true}
	for name, o := range server {
		if !kinds[o.kind] {
			t.Errorf("%s has the kind %q", name, o.kind)
		}
	}
	// the names of these options at v1.34.2 of each command; a few that are easily forgotten
	for _, name := range []string{"etcd-s3-bucket-lookup-type", "secrets-encryption-provider", "node-internal-dns", "supervisor-metrics", "tls-san-security", "vpn-auth-file"} {
		if server[name] == nil {
			t.Errorf("the server has no %s", name)
		}
	}
	for _, name := range []string{"disable-apiserver-lb", "lb-server-port", "bind-address", "nonroot-devices", "default-runtime"} {
		if agent[name] == nil {
			t.Errorf("the agent has no %s", name)
		}
	}
	if agent["cluster-cidr"] != nil || agent["agent-token"] != nil || server["disable-apiserver-lb"] != nil {
		t.Error("an option is known to the wrong command")
	}
}
