package k3s

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	utilnet "k8s.io/utils/net"
)

// server is this host as a k3s server.
type server struct {
	settings    *settings
	host        host
	dataFolder  string // data-dir
	folder      string // data-dir/server
	port        int
	serverToken string // the password part
	agentToken  string
	authorities *authorities
	member      *member
	front       *front
	kubernetes  kubernetes.Interface
	removed     atomic.Bool // the etcd member was taken out of the cluster

	mutex     sync.Mutex
	processes map[string]*child
}

func runServer(outer context.Context, s *settings, h host, dataFolder string) error {
	srv := &server{
		settings: s, host: h, dataFolder: dataFolder, folder: filepath.Join(dataFolder, "server"),
		port: s.number("https-listen-port"), processes: map[string]*child{},
	}
	ctx, cancel := context.WithCancelCause(outer)
	defer cancel(nil)
	err := srv.run(ctx, cancel)
	cause := context.Cause(ctx)
	cancel(nil)
	if cause != nil && !errors.Is(cause, context.Canceled) {
		err = cause // the first component that failed; what ended because of it does not matter
	}
	srv.stop()
	if srv.removed.Load() {
		// k3s stays as it is until an operator restarts it. Ending here would let the service manager start it anew at once,
		// and it would join again before the host that is being replaced is gone.
		failure("%v", err)
		estateReason(sentenceOf(err, ""))
		<-outer.Done()
	}
	return err
}

func (s *server) run(ctx context.Context, fail context.CancelCauseFunc) error {
	if err := s.checkSettings(); err != nil {
		return err
	}
	var err error
	if s.member, err = newMember(s.folder, s.host); err != nil {
		return err
	}
	tokenText, err := s.tokens()
	if err != nil {
		return err
	}
	cluster, err := s.enter(ctx, tokenText)
	if err != nil {
		return err
	}
	if err := s.startFront(ctx); err != nil {
		return err
	}
	if err := s.startEtcd(ctx, cluster, fail); err != nil {
		return err
	}
	if err := s.startControlPlane(ctx, fail); err != nil {
		return err
	}
	if err := s.writeClientFiles(); err != nil {
		return err
	}
	go s.keepCluster(ctx)
	hash, err := hashCA(s.authorities.server.pem)
	if err != nil {
		return err
	}
	own := &agent{
		settings: s.settings, host: s.host, folder: filepath.Join(s.dataFolder, "agent"),
		server: "https://" + hostPort("127.0.0.1", s.port), token: "K10" + hash + "::node:" + s.agentToken, isServer: true,
	}
	return own.run(ctx)
}

// checkSettings refuses what this stand-in cannot play, rather than doing something else than k3s would.
func (s *server) checkSettings() error {
	for _, name := range []string{"datastore-endpoint", "cluster-reset", "cluster-reset-restore-path", "disable-apiserver", "disable-etcd", "disable-agent", "disable-controller-manager", "supervisor-port", "apiserver-port"} {
		if len(s.settings.values[name]) > 0 && s.settings.text(name) != "false" {
			return tell(fmt.Errorf("--%s is not played", name), "the option %s cannot be played on the local stack", name)
		}
	}
	if advertised := s.settings.text("advertise-port"); advertised != "" && advertised != s.settings.text("https-listen-port") {
		return tell(errors.New("--advertise-port is not played"), "an advertise-port other than https-listen-port cannot be played on the local stack")
	}
	return nil
}

// tokens finds the two join tokens and returns the server token as it was written.
func (s *server) tokens() (string, error) {
	text, err := s.settings.secret("token")
	if err != nil {
		return "", tell(err, "%s", err)
	}
	if text == "" {
		text = firstLine(filepath.Join(s.folder, "token"))
	}
	if text == "" && s.settings.text("server") != "" {
		return "", tell(errors.New("--token is required to join a cluster"), "this server has no token to join with")
	}
	if text == "" {
		text = randomHex(16)
	}
	agentText, err := s.settings.secret("agent-token")
	if err != nil {
		return "", tell(err, "%s", err)
	}
	t, err := parseToken(text)
	if err != nil {
		return "", tell(err, "the server token is not usable: %s", err)
	}
	s.serverToken, s.agentToken = t.password, t.password
	if agentText != "" {
		t, err := parseToken(agentText)
		if err != nil {
			return "", tell(err, "the agent token is not usable: %s", err)
		}
		s.agentToken = t.password
	}
	return text, nil
}

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
	for _, name := range []string{"cluster-cidr", "service-cidr", "cluster-dns"} {
		critical[name] = strings.Join(s.settings.texts(name, true), ",")
	}
	for _, name := range []string{"cluster-domain", "flannel-backend", "disable-kube-proxy", "secrets-encryption", "egress-selector-mode"} {
		critical[name] = orElse(s.settings.text(name), "false")
	}
	return critical
}

// prepare loads the CAs and issues this server's certificates from them.
func (s *server) prepare(create bool) error {
	var err error
	if s.authorities, err = loadAuthorities(s.folder, create); err != nil {
		return tell(err, "the CA files of this server are not usable: %s", err)
	}
	if s.settings.flag("secrets-encryption") && create {
		if err := ensureEncryption(s.folder, s.settings.text("secrets-encryption-provider")); err != nil {
			return err
		}
	}
	return s.issueCertificates()
}

func (s *server) issueCertificates() error {
	tls := filepath.Join(s.folder, "tls")
	own := append([]string{s.host.name, "localhost", "127.0.0.1", "::1", apiserverAddress}, s.host.ips...)
	own = append(own, s.host.externalIPs...)
	serving := append(own, s.advertisedAddress(), s.firstServiceAddress(), "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc."+s.settings.text("cluster-domain"))
	serving = append(serving, s.settings.texts("tls-san", true)...)
	client := func(name string, groups ...string) leaf {
		return leaf{name: name, organizations: groups, client: true}
	}
	for _, c := range []struct {
		ca   *authority
		file string
		leaf leaf
	}{
		{s.authorities.server, "serving-kube-apiserver", leaf{name: "kube-apiserver", names: serving, server: true}},
		{s.authorities.server, "component", leaf{name: "localhost", names: []string{"localhost", "127.0.0.1"}, server: true}},
		{s.authorities.client, "client-admin", client("system:admin", "system:masters")},
		{s.authorities.client, "client-supervisor", client("system:k3s-supervisor", "system:masters")},
		{s.authorities.client, "client-controller", client("system:kube-controller-manager")},
		{s.authorities.client, "client-scheduler", client("system:kube-scheduler")},
		{s.authorities.client, "client-kube-apiserver", client("system:apiserver", "system:masters")},
		{s.authorities.requestHeader, "client-auth-proxy", client("system:auth-proxy")},
		{s.authorities.etcdServer, "etcd/client", client("etcd-client")},
		{s.authorities.etcdServer, "etcd/server-client", leaf{name: "etcd-server", names: own, server: true, client: true}},
		{s.authorities.etcdPeer, "etcd/peer-server-client", leaf{name: "etcd-peer", names: own, server: true, client: true}},
	} {
		if err := c.ca.issue(filepath.Join(tls, c.file), c.leaf); err != nil {
			return err
		}
	}
	for _, name := range []string{"admin", "supervisor", "controller", "scheduler"} {
		text := kubeconfig(hostPort(apiserverAddress, s.port), s.authorities.server.pem, readText(tls, "client-"+name+".crt"), readText(tls, "client-"+name+".key"))
		if err := writeSecret(filepath.Join(s.folder, "cred", name+".kubeconfig"), text); err != nil {
			return err
		}
	}
	return nil
}

func readText(folder, name string) []byte {
	content, _ := os.ReadFile(filepath.Join(folder, name))
	return content
}

// advertisedAddress is the one other hosts reach this server's API at, by k3s's rule.
func (s *server) advertisedAddress() string {
	if address := s.settings.text("advertise-address"); address != "" {
		return address
	}
	if len(s.host.externalIPs) > 0 {
		return s.host.externalIPs[0]
	}
	return s.host.ip()
}

// firstServiceAddress is that of the Service `kubernetes`.
func (s *server) firstServiceAddress() string {
	_, network, err := net.ParseCIDR(s.settings.texts("service-cidr", true)[0])
	if err != nil {
		return ""
	}
	ip, err := utilnet.GetIndexedIP(network, 1)
	if err != nil {
		return ""
	}
	return ip.String()
}

func (s *server) startFront(ctx context.Context) error {
	config, err := clientcmd.BuildConfigFromFlags("", filepath.Join(s.folder, "cred", "supervisor.kubeconfig"))
	if err != nil {
		return err
	}
	config.QPS, config.Burst = 200, 400
	if s.kubernetes, err = kubernetes.NewForConfig(config); err != nil {
		return err
	}
	s.front = &front{
		folder: s.folder, authorities: s.authorities, serverToken: s.serverToken, agentToken: s.agentToken,
		config: s.criticalSettings(), member: s.member, kubernetes: s.kubernetes, passwords: &nodePasswords{client: s.kubernetes},
	}
	if s.front.api, err = s.front.newProxy(s.port); err != nil {
		return err
	}
	return s.front.listen(ctx, s.settings.text("bind-address"), s.port)
}

// stop ends the components in order: what uses the API, the API, the datastore.
func (s *server) stop() {
	if s.front != nil {
		s.front.close()
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var group sync.WaitGroup
	for _, name := range []string{"kube-scheduler", "kube-controller-manager"} {
		group.Add(1)
		go func() { defer group.Done(); s.processes[name].stop(time.Second) }()
	}
	group.Wait()
	s.processes["kube-apiserver"].stop(2 * time.Second)
	s.processes["etcd"].stop(1500 * time.Millisecond)
}
