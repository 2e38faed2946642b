package dns

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	v1 "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

const patience = 2 * time.Second // with another name server

// Main answers on port 53 of the pod it runs in until it is asked to end, and tells on ports 8080 and 8181 whether it lives and is ready.
// Its one flag is --domain.
func Main() {
	domain := "cluster.local"
	for _, arg := range os.Args[1:] {
		if text, ok := strings.CutPrefix(arg, "--domain="); ok {
			domain = text
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, domain); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, domain string) error {
	config, err := rest.InClusterConfig()
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	services, slices := factory.Core().V1().Services().Informer(), factory.Discovery().V1().EndpointSlices().Informer()
	factory.Start(ctx.Done())
	zone := Zone{Domain: domain, Services: all[v1.Service](services), Slices: all[discovery.EndpointSlice](slices)}
	ready := &atomic.Bool{}
	health := map[string]func() bool{"8080": func() bool { return true }, "8181": ready.Load}
	failed := make(chan error, 4)
	for port, good := range health {
		go func() { failed <- http.ListenAndServe(":"+port, status(good)) }()
	}
	if !cache.WaitForCacheSync(ctx.Done(), services.HasSynced, slices.HasSynced) {
		return nil
	}
	server := Server{Answer: zone.Answer, Others: resolvers("/etc/resolv.conf")}
	go func() { failed <- server.ServeUDP(":53") }()
	go func() { failed <- server.ServeTCP(":53") }()
	ready.Store(true)
	fmt.Println("answering for", domain)
	select {
	case <-ctx.Done():
		return nil
	case err := <-failed:
		return err
	}
}

func status(good func() bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if !good() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
}

func all[T any](informer cache.SharedIndexInformer) func() []*T {
	return func() []*T {
		var found []*T
		for _, object := range informer.GetStore().List() {
			if one, ok := object.(*T); ok {
				found = append(found, one)
			}
		}
		return found
	}
}

// resolvers are the name servers of a resolv.conf.
func resolvers(file string) []string {
	text, _ := os.ReadFile(file)
	var found []string
	for _, line := range strings.Split(string(text), "\n") {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "nameserver" {
			found = append(found, net.JoinHostPort(fields[1], "53"))
		}
	}
	return found
}

// Server hands messages to Answer, and those that it returns nothing for to other name servers.
type Server struct {
	Answer func(message []byte) ([]byte, error)
	Others []string
}

// ServeUDP answers until the port is closed.
func (s Server) ServeUDP(address string) error {
	socket, err := net.ListenPacket("udp4", address)
	if err != nil {
		return err
	}
	for {
		message := make([]byte, 4096)
		size, from, err := socket.ReadFrom(message)
		if err != nil {
			return err
		}
		go func() {
			if answer := s.reply("udp4", message[:size]); answer != nil {
				_, _ = socket.WriteTo(answer, from)
			}
		}()
	}
}

// ServeTCP answers until the port is closed.
func (s Server) ServeTCP(address string) error {
	listener, err := net.Listen("tcp4", address)
	if err != nil {
		return err
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer connection.Close()
			for {
				_ = connection.SetDeadline(time.Now().Add(10 * time.Second))
				message, err := readFrame(connection)
				if err != nil {
					return
				}
				if answer := s.reply("tcp4", message); answer == nil || writeFrame(connection, answer) != nil {
					return
				}
			}
		}()
	}
}

func (s Server) reply(network string, message []byte) []byte {
	answer, err := s.Answer(message)
	if err != nil || answer != nil {
		return answer
	}
	for _, other := range s.Others {
		if answer, err := relay(network, other, message); err == nil {
			return answer
		}
	}
	if len(message) < 12 {
		return nil
	}
	// SERVFAIL: who asks need not wait until nobody answers
	failed := append([]byte{}, message...)
	failed[2] |= 0x80
	failed[3] = failed[3]&0xf0 | 2
	return failed
}

func relay(network, other string, message []byte) ([]byte, error) {
	connection, err := net.DialTimeout(network, other, patience)
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(patience))
	if network == "tcp4" {
		if err := writeFrame(connection, message); err != nil {
			return nil, err
		}
		return readFrame(connection)
	}
	if _, err := connection.Write(message); err != nil {
		return nil, err
	}
	answer := make([]byte, 4096)
	size, err := connection.Read(answer)
	if err == nil && (size < 2 || answer[0] != message[0] || answer[1] != message[1]) {
		err = errors.New("the answer is to another question")
	}
	return answer[:size], err
}

func readFrame(from io.Reader) ([]byte, error) {
	var size [2]byte
	if _, err := io.ReadFull(from, size[:]); err != nil {
		return nil, err
	}
	message := make([]byte, binary.BigEndian.Uint16(size[:]))
	_, err := io.ReadFull(from, message)
	return message, err
}

func writeFrame(to io.Writer, message []byte) error {
	_, err := to.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(message))), message...))
	return err
}
