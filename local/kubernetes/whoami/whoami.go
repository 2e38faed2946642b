// Package whoami plays the image traefik/whoami: it tells who asks and who answers, in the words of the original.
package whoami

import (
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
)

// Main answers until it is asked to end. Of the original's flags it knows --port and --name.
func Main() {
	flags := flag.NewFlagSet("whoami", flag.ExitOnError) // of its own: what else is in this program has some, too
	port := flags.String("port", "80", "the port")
	name := flags.String("name", os.Getenv("WHOAMI_NAME"), "the name")
	_ = flags.Parse(os.Args[1:])
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM, syscall.SIGINT)
	go func() { <-asked; os.Exit(0) }()
	fmt.Println("Starting up on port " + *port)
	if err := http.ListenAndServe(":"+*port, Handler(*name)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Handler answers /, /api and /health; what is posted to /health is the status that it answers from then on.
func Handler(name string) http.Handler {
	health := atomic.Int64{}
	health.Store(http.StatusOK)
	mux := http.NewServeMux()
	mux.HandleFunc("/health", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			var status int64
			if json.NewDecoder(r.Body).Decode(&status) != nil || status < 100 || status > 599 {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			health.Store(status)
		}
		w.WriteHeader(int(health.Load()))
	})
	mux.HandleFunc("/api", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{
			"hostname": hostname(), "ip": addresses(), "headers": r.Header, "url": r.URL.RequestURI(), "host": r.Host, "method": r.Method, "name": name, "remoteAddr": r.RemoteAddr,
		})
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if name != "" {
			fmt.Fprintln(w, "Name:", name)
		}
		fmt.Fprintln(w, "Hostname:", hostname())
		for _, ip := range addresses() {
			fmt.Fprintln(w, "IP:", ip)
		}
		fmt.Fprintln(w, "RemoteAddr:", r.RemoteAddr)
		fmt.Fprintf(w, "%s %s %s\nHost: %s\n", r.Method, r.URL.RequestURI(), r.Proto, r.Host)
		for key, values := range r.Header {
			fmt.Fprintf(w, "%s: %s\n", key, strings.Join(values, ", "))
		}
	})
	return mux
}

// hostname is the pod's: containers have no host name of their own here, only the variable.
func hostname() string {
	if name := os.Getenv("HOSTNAME"); name != "" {
		return name
	}
	name, _ := os.Hostname()
	return name
}

func addresses() []string {
	var all []string
	found, _ := net.InterfaceAddrs()
	for _, one := range found {
		if network, ok := one.(*net.IPNet); ok {
			all = append(all, network.IP.String())
		}
	}
	return all
}
