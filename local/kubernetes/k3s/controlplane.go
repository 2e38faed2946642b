package k3s

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// startEtcd runs the member, waits until it votes and keeps the bootstrap data in it.
func (s *server) startEtcd(ctx context.Context, cluster string, fail context.CancelCauseFunc) error {
	if strings.HasSuffix(cluster, "=") {
		cluster += s.member.peerURL()
	}
	args := s.member.arguments(cluster, s.settings.flag("etcd-expose-metrics"), s.settings.texts("etcd-arg", false))
	etcd, err := startChild("etcd", args, func(line string) {
		if strings.Contains(line, "the member has been permanently removed from the cluster") {
			s.removed.Store(true)
		}
	})
	if err != nil {
		return err
	}
	s.track(etcd)
	go func() {
		<-etcd.done
		if ctx.Err() == nil {
			fail(s.etcdEnded(etcd))
		}
	}()
	if err := s.member.awaitVoting(ctx, etcd.alive); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		return s.etcdEnded(etcd)
	}
	client, err := s.member.client(localEtcd)
	if err != nil {
		return err
	}
	defer client.Close()
	if err := keepBootstrap(ctx, client, s.folder, s.serverToken); err != nil {
		return fmt.Errorf("failed to keep the bootstrap data: %w", err)
	}
	s.front.etcdReady.Store(true)
	return nil
}

// etcdEnded is the error for an etcd that ended by itself. A removed member leaves a mark, so that the next start joins anew.
func (s *server) etcdEnded(etcd *child) error {
	if s.removed.Load() {
		_ = writeSecret(s.member.tombstone(), nil)
		return tell(errors.New("this node has been removed from the cluster please restart k3s to rejoin the cluster"),
			"this server was removed from the cluster (its Node was deleted)")
	}
	return tell(etcd.ended(), "etcd of this server ended: %s", etcd.ended())
}

func (s *server) track(c *child) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.processes[c.name] = c
}

// startControlPlane runs the kube-apiserver, and once it is ready the two that work through it.
func (s *server) startControlPlane(ctx context.Context, fail context.CancelCauseFunc) error {
	keep := func(name string, args []string) {
		go func() {
			if err := keepRunning(ctx, name, args, s.track); err != nil {
				fail(err)
			}
		}()
	}
	keep("kube-apiserver", s.apiserverArguments())
	if err := s.awaitAPI(ctx); err != nil {
		return err
	}
	s.front.apiReady.Store(true)
	info("Kube API server is now running")
	keep("kube-controller-manager", s.controllerArguments())
	if !s.settings.flag("disable-scheduler") {
		keep("kube-scheduler", s.schedulerArguments())
	}
	return nil
}

func (s *server) awaitAPI(ctx context.Context) error {
	for begun, said := time.Now(), time.Now(); ; {
		_, err := s.kubernetes.Discovery().RESTClient().Get().AbsPath("/readyz").Timeout(2 * time.Second).DoRaw(ctx)
		if err == nil {
			return nil
		}
		if time.Since(said) > 20*time.Second {
			said = time.Now()
			info("Waiting for API server to become available: %v", err)
			if time.Since(begun) > time.Minute {
				estateReason("the kube-apiserver of this server has not become ready for a minute: " + lastPart(err.Error()))
			}
		}
		if err := sleep(ctx, 200*time.Millisecond); err != nil {
			return errors.Join(context.Cause(ctx))
		}
	}
}

func (s *server) apiserverArguments() []string {
	tls := filepath.Join(s.folder, "tls")
	port := strconv.Itoa(s.port)
	args := []string{
		"--bind-address=" + apiserverAddress, "--secure-port=" + port, "--permit-port-sharing", "--advertise-address=" + s.advertisedAddress(), "--endpoint-reconciler-type=lease",
		"--etcd-servers=" + localEtcd, "--etcd-cafile=" + tls + "/etcd/server-ca.crt", "--etcd-certfile=" + tls + "/etcd/client.crt", "--etcd-keyfile=" + tls + "/etcd/client.key",
		"--tls-cert-file=" + tls + "/serving-kube-apiserver.crt", "--tls-private-key-file=" + tls + "/serving-kube-apiserver.key", "--client-ca-file=" + tls + "/client-ca.crt",
		"--anonymous-auth=false", "--authorization-mode=Node,RBAC", "--enable-admission-plugins=NodeRestriction", "--allow-privileged=true", "--enable-bootstrap-token-auth=true",
		"--api-audiences=https://kubernetes.default.svc." + s.settings.text("cluster-domain") + ",k3s",
		"--service-account-issuer=https://kubernetes.default.svc." + s.settings.text("cluster-domain"), "--service-account-key-file=" + tls + "/service.key", "--service-account-signing-key-file=" + tls + "/service.key",
		"--service-cluster-ip-range=" + strings.Join(s.settings.texts("service-cidr", true), ","), "--service-node-port-range=" + s.settings.text("service-node-port-range"),
		"--requestheader-client-ca-file=" + tls + "/request-header-ca.crt", "--requestheader-allowed-names=system:auth-proxy", "--requestheader-username-headers=X-Remote-User", "--requestheader-group-headers=X-Remote-Group", "--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--proxy-client-cert-file=" + tls + "/client-auth-proxy.crt", "--proxy-client-key-file=" + tls + "/client-auth-proxy.key",
		"--kubelet-client-certificate=" + tls + "/client-kube-apiserver.crt", "--kubelet-client-key=" + tls + "/client-kube-apiserver.key", "--kubelet-certificate-authority=" + tls + "/server-ca.crt", "--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname",
		"--profiling=false", "--storage-backend=etcd3",
	}
	if encryption := filepath.Join(s.folder, sharedFiles["EncryptionConfig"]); s.settings.flag("secrets-encryption") {
		if _, err := os.Stat(encryption); err == nil {
			args = append(args, "--encryption-provider-config="+encryption, "--encryption-provider-config-automatic-reload=true")
		}
	}
	return append(args, asFlags(s.settings.texts("kube-apiserver-arg", false))...)
}

func (s *server) component(kubeconfig, port string) []string {
	tls := filepath.Join(s.folder, "tls")
	file := filepath.Join(s.folder, "cred", kubeconfig+".kubeconfig")
	return []string{
		"--kubeconfig=" + file, "--authentication-kubeconfig=" + file, "--authorization-kubeconfig=" + file, "--bind-address=127.0.0.1", "--secure-port=" + port,
		"--tls-cert-file=" + tls + "/component.crt", "--tls-private-key-file=" + tls + "/component.key", "--leader-elect=true", "--profiling=false",
	}
}

func (s *server) controllerArguments() []string {
	tls := filepath.Join(s.folder, "tls")
	args := append(s.component("controller", "10257"),
		"--use-service-account-credentials=true", "--service-account-private-key-file="+tls+"/service.key", "--root-ca-file="+tls+"/server-ca.crt",
		"--controllers=*,tokencleaner,-service-lb-controller,-node-route-controller,-cloud-node-lifecycle-controller",
		"--allocate-node-cidrs=true", "--cluster-cidr="+strings.Join(s.settings.texts("cluster-cidr", true), ","), "--service-cluster-ip-range="+strings.Join(s.settings.texts("service-cidr", true), ","), "--configure-cloud-routes=false",
		"--cluster-signing-kube-apiserver-client-cert-file="+tls+"/client-ca.crt", "--cluster-signing-kube-apiserver-client-key-file="+tls+"/client-ca.key",
		"--cluster-signing-kubelet-client-cert-file="+tls+"/client-ca.crt", "--cluster-signing-kubelet-client-key-file="+tls+"/client-ca.key",
		"--cluster-signing-kubelet-serving-cert-file="+tls+"/server-ca.crt", "--cluster-signing-kubelet-serving-key-file="+tls+"/server-ca.key",
		"--cluster-signing-legacy-unknown-cert-file="+tls+"/server-ca.crt", "--cluster-signing-legacy-unknown-key-file="+tls+"/server-ca.key",
		"--flex-volume-plugin-dir="+filepath.Join(s.folder, "flexvolume"), "--enable-hostpath-provisioner=true",
		"--kube-api-qps=100", "--kube-api-burst=200",
	)
	return append(args, asFlags(s.settings.texts("kube-controller-manager-arg", false))...)
}

func (s *server) schedulerArguments() []string {
	args := append(s.component("scheduler", "10259"), "--kube-api-qps=100", "--kube-api-burst=200")
	return append(args, asFlags(s.settings.texts("kube-scheduler-arg", false))...)
}

// writeClientFiles writes what operators look for on a server: the admin's kubeconfig and the tokens in their secure form.
func (s *server) writeClientFiles() error {
	tls := filepath.Join(s.folder, "tls")
	mode, err := strconv.ParseUint(s.settings.text("write-kubeconfig-mode"), 8, 32)
	if err != nil {
		return err
	}
	admin := kubeconfig(hostPort("127.0.0.1", s.port), s.authorities.server.pem, readText(tls, "client-admin.crt"), readText(tls, "client-admin.key"))
	if err := writeFile(s.settings.text("write-kubeconfig"), admin, os.FileMode(mode)); err != nil {
		return err
	}
	hash, err := hashCA(s.authorities.server.pem)
	if err != nil {
		return err
	}
	serverToken := []byte("K10" + hash + "::server:" + s.serverToken + "\n")
	return errors.Join(
		writeSecret(filepath.Join(s.folder, "token"), serverToken),
		writeSecret(filepath.Join(s.folder, "node-token"), serverToken),
		writeSecret(filepath.Join(s.folder, "agent-token"), []byte("K10"+hash+"::node:"+s.agentToken+"\n")),
	)
}
