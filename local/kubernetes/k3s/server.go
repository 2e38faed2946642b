package k3s

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
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
	if s.member, err = newMember(s.folder, s.host, s.settings.text("server") != ""); err != nil {
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
	if backend := s.settings.text("flannel-backend"); backend != "vxlan" && backend != "none" {
		return tell(fmt.Errorf("--flannel-backend=%s is not played", backend), "the flannel-backend %s cannot be played on the local stack; vxlan and none can", backend)
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
