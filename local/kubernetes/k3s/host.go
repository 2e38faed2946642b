package k3s

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	utilnet "k8s.io/apimachinery/pkg/util/net"
)

// host is what a node tells of the machine it runs on.
type host struct {
	name        string
	ips         []string
	externalIPs []string
	machineID   string
	systemUUID  string
	bootID      string
	cpus        string
	memory      string
	disk        string
}

// The local stack says here what a real machine would know of itself.
const estateFolder = "/run/estate"

// describeHost finds out the node's name and addresses as k3s does, and the machine's identity.
func describeHost(s *settings) (host, error) {
	h := host{
		name:        strings.ToLower(s.text("node-name")),
		ips:         s.texts("node-ip", true),
		externalIPs: s.texts("node-external-ip", true),
		machineID:   firstLine("/etc/machine-id"),
		systemUUID:  firstLine("/sys/class/dmi/id/product_uuid"),
		bootID:      firstLine(estateFolder + "/boot-id"),
		cpus:        orElse(firstLine(estateFolder+"/cpus"), "4"),
		memory:      orElse(firstLine(estateFolder+"/memory-mib"), "8192") + "Mi",
		disk:        orElse(firstLine(estateFolder+"/disk-gib"), "50") + "Gi",
	}
	if h.name == "" {
		// A host of the local stack may share the kernel's host name with others; its own is the one its files give it.
		name := firstLine("/etc/hostname")
		if name == "" {
			name, _ = os.Hostname()
		}
		h.name = strings.ToLower(name)
	}
	if h.name == "" {
		return h, fmt.Errorf("the host has no name; node-name or /etc/hostname must have one")
	}
	if len(h.ips) == 0 {
		ip, err := utilnet.ChooseHostInterface()
		if err != nil {
			return h, fmt.Errorf("no node-ip is set and the host has no default route to take its address from: %w", err)
		}
		h.ips = []string{ip.String()}
	}
	for _, ip := range append(append([]string{}, h.ips...), h.externalIPs...) {
		if net.ParseIP(ip) == nil {
			return h, fmt.Errorf("invalid node IP address %q", ip)
		}
	}
	if h.systemUUID == "" {
		h.systemUUID = h.machineID
	}
	if h.bootID == "" {
		h.bootID = randomUUID()
	}
	return h, nil
}

func (h host) ip() string { return h.ips[0] }

// hasAddress reports whether an address is one of this host's interfaces.
func hasAddress(address string) bool {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return true
	}
	for _, a := range addresses {
		if network, ok := a.(*net.IPNet); ok && network.IP.String() == address {
			return true
		}
	}
	return false
}

// nodePassword is the secret by which servers know a node again; it is made at the first start and kept.
func nodePassword() (string, error) {
	const file = "/etc/rancher/node/password"
	if password := firstLine(file); password != "" {
		return password, nil
	}
	password := randomHex(16)
	return password, writeSecret(file, []byte(password+"\n"))
}

// allowForwarding lets the host route, which Services need; k3s sets the same switches.
func allowForwarding() error {
	for _, name := range []string{"net/ipv4/ip_forward", "net/ipv4/conf/all/forwarding", "net/ipv4/conf/default/forwarding"} {
		file := filepath.Join("/proc/sys", name)
		if firstLine(file) == "1" {
			continue
		}
		if err := os.WriteFile(file, []byte("1"), 0); err != nil {
			return tell(err, "the kernel setting %s cannot be set to 1, so no Service would answer on this host (%s)", strings.ReplaceAll(name, "/", "."), lastPart(err.Error()))
		}
	}
	return nil
}

func firstLine(file string) string {
	content, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(content), "\n")
	return strings.TrimSpace(line)
}

func orElse(value, other string) string {
	if value == "" {
		return other
	}
	return value
}

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

func randomUUID() string {
	h := randomHex(16)
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}

func hostPort(host string, port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }
