package k3s

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"time"
)

// enter makes this server part of a cluster: the one it was in, the one of another server, or a new one. It returns etcd's initial-cluster.
func (s *server) enter(ctx context.Context, tokenText string) (string, error) {
	other := s.settings.text("server")
	switch {
	case s.member.initialized():
		info("Managed etcd cluster bootstrap already complete and initialized")
		return s.member.name + "=", s.prepare(false)
	case other != "":
		cluster := ""
		err := patiently(ctx, "Failed to join the cluster at "+other, other, 2*time.Second, func() error {
			var err error
			cluster, err = s.joinCluster(ctx, other, tokenText)
			return err
		})
		return cluster, err
	case s.settings.flag("cluster-init"):
		info("Managed etcd cluster initializing")
		return s.member.name + "=" + s.member.peerURL(), s.prepare(true)
	}
	return "", tell(errors.New("only embedded etcd is played"), "neither server nor cluster-init is set; k3s would use SQLite, which is not played on the local stack")
}

func (s *server) joinCluster(ctx context.Context, other, tokenText string) (string, error) {
	supervisor, err := connect(ctx, other, tokenText, "server")
	if err != nil {
		return "", err
	}
	text, err := supervisor.call(ctx, http.MethodGet, "/v1-k3s/server-bootstrap", nil, nil)
	if err != nil {
		return "", err
	}
	data := bootstrapData{}
	if err := json.Unmarshal(text, &data); err != nil {
		return "", err
	}
	if err := s.compare(ctx, supervisor); err != nil {
		return "", err
	}
	if err := writeBootstrap(s.folder, data); err != nil {
		return "", err
	}
	if err := s.prepare(false); err != nil {
		return "", err
	}
	return s.member.join(ctx, supervisor)
}

// compare refuses to join with values that all servers must share, as k3s does.
func (s *server) compare(ctx context.Context, other *supervisor) error {
	text, err := other.call(ctx, http.MethodGet, "/v1-k3s/config", nil, nil)
	if err != nil {
		return err
	}
	theirs := map[string]any{}
	if err := json.Unmarshal(text, &theirs); err != nil {
		return err
	}
	ours := s.criticalSettings()
	for name, value := range ours {
		if !reflect.DeepEqual(theirs[name], value) {
			return final{tell(fmt.Errorf("critical configuration mismatched: %s", name),
				"%s is %q here and %q on the servers of the cluster; it must be the same on all", name, value, theirs[name])}
		}
	}
	return nil
}

func (s *server) criticalSettings() map[string]any {
	critical := map[string]any{}
	for _, name := range []string{"cluster-cidr", "service-cidr"} {
		critical[name] = strings.Join(s.settings.texts(name, true), ",")
	}
	critical["cluster-dns"] = s.settings.clusterDNS()
	for _, name := range []string{"cluster-domain", "flannel-backend", "disable-kube-proxy", "disable-network-policy", "secrets-encryption", "egress-selector-mode"} {
		critical[name] = orElse(s.settings.text(name), "false")
	}
	return critical
}
