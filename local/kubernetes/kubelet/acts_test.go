package kubelet

import (
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

	"github.com/vishvananda/netlink"
)

func loopbackUp() error {
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return err
	}
	return netlink.LinkSetUp(lo)
}

// show tells all that a container can see of itself.
func show() {
	fmt.Println("arguments:", strings.Join(os.Args[2:], " "))
	fmt.Println("user:", os.Getuid(), os.Getgid())
	groups, _ := os.Getgroups()
	fmt.Println("groups:", groups)
	for _, name := range []string{"PLAIN", "EXPANDED", "SECRET", "NODE", "IP", "PREFIX_key", "HOSTNAME", "KUBERNETES_SERVICE_HOST", "HOME_OF_TEST"} {
		fmt.Printf("%s=%s\n", name, os.Getenv(name))
	}
	for _, file := range []string{"/settings/key", "/secret/password", "/etc/hosts", "/etc/resolv.conf"} {
		text, err := os.ReadFile(file)
		fmt.Println("file:", file, strings.ReplaceAll(string(text), "\n", "|"), err)
	}
	for _, folder := range []string{"/", "/usr", "/data", "/settings"} {
		err := os.WriteFile(folder+"/written", nil, 0o644)
		fmt.Println("writes:", folder, err == nil)
	}
	status, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(status), "\n") {
		if strings.HasPrefix(line, "CapBnd") || strings.HasPrefix(line, "NoNewPrivs") {
			fmt.Println(strings.Join(strings.Fields(line), " "))
		}
	}
	fmt.Println("shown")
	time.Sleep(time.Hour)
}

// serve answers /health with what was posted there last, and ends in good order.
func serve() {
	health := atomic.Int64{}
	health.Store(200)
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	go func() {
		<-asked
		fmt.Println("asked to end")
		os.Exit(0)
	}()
	listener, err := net.Listen("tcp4", ":8080")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("serving")
	_ = http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			health.Store(503)
			return
		}
		w.WriteHeader(int(health.Load()))
		_, _ = io.WriteString(w, "well")
	}))
}

// follow tells what is in a volume, whenever it is something else.
func follow() {
	read := func(name string) string {
		text, err := os.ReadFile("/both/" + name)
		if err != nil {
			return "-"
		}
		return string(text)
	}
	for last := ""; ; time.Sleep(20 * time.Millisecond) {
		if now := read("key") + " " + read("password"); now != last {
			fmt.Println("both:", now)
			last = now
		}
	}
}

// stubborn does not end when it is asked to.
func stubborn() {
	signal.Ignore(syscall.SIGTERM)
	fmt.Println("staying")
	time.Sleep(time.Hour)
}
