package k3s

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
)

// member is this server's etcd.
type member struct {
	folder string // data-dir/server
	name   string // node name and a suffix of its own, so that an empty successor is a new member
	ip     string
	node   string
}

// memberInfo is an etcd member as /db/info tells it.
type memberInfo struct {
	ID         uint64   `json:"id"`
	Name       string   `json:"name"`
	PeerURLs   []string `json:"peerURLs"`
	ClientURLs []string `json:"clientURLs"`
}

func (m *member) data() string      { return filepath.Join(m.folder, "db", "etcd") }
func (m *member) tombstone() string { return filepath.Join(m.data(), "tombstone") }
func (m *member) peerURL() string   { return "https://" + hostPort(m.ip, 2380) }

// newMember finds the name of the member whose data is here, or makes one. `joins` tells whether there is a server to join at.
func newMember(folder string, h host, joins bool) (*member, error) {
	m := &member{folder: folder, ip: h.ip(), node: h.name}
	if _, err := os.Stat(m.tombstone()); err == nil {
		if !joins {
			return nil, tell(errors.New("this member was removed from its cluster and there is no --server to join"),
				"this server was removed from its cluster and has cluster-init instead of a server to join; k3s would found a second cluster here")
		}
		old := fmt.Sprintf("%s-old-%d", m.data(), time.Now().Unix())
		info("this member was removed from the cluster; its data is kept in %s", old)
		if err := os.Rename(m.data(), old); err != nil {
			return nil, err
		}
	}
	file := filepath.Join(m.data(), "name")
	if m.name = firstLine(file); m.name == "" {
		m.name = h.name + "-" + randomHex(4)
		return m, writeSecret(file, []byte(m.name))
	}
	return m, nil
}

// initialized reports whether there is data of a member that has run.
func (m *member) initialized() bool {
	_, err := os.Stat(filepath.Join(m.data(), "member", "wal"))
	return err == nil
}

// client connects to etcd members with this server's client certificate.
func (m *member) client(endpoints ...string) (*clientv3.Client, error) {
	config, err := m.tls()
	if err != nil {
		return nil, err
	}
	return clientv3.New(clientv3.Config{Endpoints: endpoints, TLS: config, DialTimeout: dialTimeout, Logger: zap.NewNop()})
}

func (m *member) tls() (*tls.Config, error) {
	folder := filepath.Join(m.folder, "tls", "etcd")
	certificate, err := tls.LoadX509KeyPair(filepath.Join(folder, "client.crt"), filepath.Join(folder, "client.key"))
	if err != nil {
		return nil, err
	}
	ca, err := os.ReadFile(filepath.Join(folder, "server-ca.crt"))
	if err != nil {
		return nil, err
	}
	config := trust(ca)
	config.Certificates = []tls.Certificate{certificate}
	return config, nil
}

const localEtcd = "https://127.0.0.1:2379"

// join adds this server to the cluster of another as a learner and returns what etcd wants as initial-cluster.
func (m *member) join(ctx context.Context, s *supervisor) (string, error) {
	text, err := s.call(ctx, http.MethodGet, "/db/info", nil, nil)
	if err != nil {
		return "", err
	}
	var answer struct{ Members []memberInfo }
	if err := json.Unmarshal(text, &answer); err != nil {
		return "", err
	}
	endpoints := []string{}
	for _, other := range answer.Members {
		endpoints = append(endpoints, other.ClientURLs...)
	}
	etcd, err := m.client(endpoints...)
	if err != nil {
		return "", err
	}
	defer etcd.Close()
	ctx, cancel := context.WithTimeout(ctx, 4*dialTimeout)
	defer cancel()
	list, err := etcd.MemberList(ctx)
	if err != nil {
		return "", m.explain(err, endpoints)
	}
	cluster := []string{m.name + "=" + m.peerURL()}
	for _, other := range list.Members {
		switch {
		case other.Name == "" && has(other.PeerURLs, m.peerURL()):
			// An earlier start of this server added itself and was ended before its etcd ran.
			if _, err := etcd.MemberRemove(ctx, other.ID); err != nil {
				return "", m.explain(err, endpoints)
			}
			continue
		case strings.HasPrefix(other.Name, m.node+"-") && len(other.Name) == len(m.name):
			return "", final{tell(errors.New("duplicate node name found, please use a unique name for this node"),
				"an etcd member of the name %s is still in the cluster, but this host has none of its data; delete the Node %s first, which removes the member", m.node, m.node)}
		case has(other.PeerURLs, m.peerURL()):
			return "", final{tell(fmt.Errorf("etcd member %s already has the address %s", other.Name, m.peerURL()),
				"the etcd member %s, which is still in the cluster, has the address of this host; delete its Node first", other.Name)}
		}
		cluster = append(cluster, other.Name+"="+strings.Join(other.PeerURLs, ","+other.Name+"="))
	}
	info("Adding member %s=%s to etcd cluster", m.name, m.peerURL())
	if _, err := etcd.MemberAddAsLearner(ctx, []string{m.peerURL()}); err != nil {
		return "", m.explain(err, endpoints)
	}
	return strings.Join(cluster, ","), writeSecret(m.votersFile(), []byte(strings.Join(endpoints, ",")))
}

// votersFile keeps the addresses of the members this one joined by: a learner may not ask for them, and needs them to be promoted.
func (m *member) votersFile() string { return filepath.Join(m.data(), "voters") }

func (m *member) explain(err error, endpoints []string) error {
	switch {
	case errors.Is(err, rpctypes.ErrTooManyLearners):
		return tell(err, "another server is joining the etcd cluster; waiting for it")
	case errors.Is(err, rpctypes.ErrUnhealthy):
		return tell(err, "the etcd cluster is not healthy enough to take a new member")
	case isTimeout(err), strings.Contains(err.Error(), "deadline exceeded"):
		hosts := []string{}
		for _, endpoint := range endpoints {
			if u, parseErr := url.Parse(endpoint); parseErr == nil {
				hosts = append(hosts, u.Host)
			}
		}
		return tell(err, "cannot reach etcd at %s from here: timed out; no security group rule may let it through, or a member is down", strings.Join(hosts, ", "))
	}
	return err
}

// arguments are the flags of etcd, with k3s's timings. Data is not forced to the disk: it must outlive a killed process, not the machine.
func (m *member) arguments(cluster string, exposeMetrics bool, extra []string) []string {
	tlsFolder := filepath.Join(m.folder, "tls", "etcd")
	state, metrics := "existing", "http://127.0.0.1:2381"
	if cluster == m.name+"="+m.peerURL() {
		state = "new"
	}
	if exposeMetrics {
		metrics += ",http://" + hostPort(m.ip, 2381)
	}
	args := []string{
		"--name=" + m.name, "--data-dir=" + m.data(), "--logger=zap", "--log-level=warn", "--unsafe-no-fsync",
		"--listen-client-urls=" + localEtcd + ",https://" + hostPort(m.ip, 2379), "--advertise-client-urls=https://" + hostPort(m.ip, 2379),
		"--listen-peer-urls=https://127.0.0.1:2380," + m.peerURL(), "--initial-advertise-peer-urls=" + m.peerURL(),
		"--initial-cluster=" + cluster, "--initial-cluster-state=" + state, "--listen-metrics-urls=" + metrics,
		"--heartbeat-interval=500", "--election-timeout=5000", "--snapshot-count=10000",
		"--client-cert-auth", "--trusted-ca-file=" + tlsFolder + "/server-ca.crt", "--cert-file=" + tlsFolder + "/server-client.crt", "--key-file=" + tlsFolder + "/server-client.key",
		"--peer-client-cert-auth", "--peer-trusted-ca-file=" + tlsFolder + "/peer-ca.crt", "--peer-cert-file=" + tlsFolder + "/peer-server-client.crt", "--peer-key-file=" + tlsFolder + "/peer-server-client.key",
	}
	return append(args, asFlags(extra)...)
}

func has(list []string, text string) bool {
	for _, item := range list {
		if item == text {
			return true
		}
	}
	return false
}

// asFlags turns the values of a *-arg option into flags.
func asFlags(values []string) []string {
	flags := []string{}
	for _, value := range values {
		flags = append(flags, "--"+strings.TrimLeft(value, "-"))
	}
	return flags
}
