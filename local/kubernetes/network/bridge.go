package network

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"syscall"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	utilnet "k8s.io/utils/net"
)

const bridgeName = "cni0"

// Bridge joins the pods of this host: each has a cable of its own to it, and the bridge's address as its gateway.
type Bridge struct {
	link    netlink.Link
	gateway net.IP
	mtu     int
}

// OpenBridge makes the bridge for pods of a range, unless it is there. Its address is the first of the range.
func OpenBridge(pods *net.IPNet, mtu int) (*Bridge, error) {
	gateway, err := utilnet.GetIndexedIP(pods, 1)
	if err != nil {
		return nil, err
	}
	attributes := netlink.NewLinkAttrs()
	attributes.Name, attributes.MTU = bridgeName, mtu
	// without one of its own it takes that of the lowest cable, and pods would talk to one that is gone
	attributes.HardwareAddr = append(net.HardwareAddr{0x0a, 0x58}, gateway.To4()...)
	link, err := ensureLink(&netlink.Bridge{LinkAttrs: attributes})
	if err != nil {
		return nil, err
	}
	if err := setAddress(link, &net.IPNet{IP: gateway, Mask: pods.Mask}); err != nil {
		return nil, err
	}
	// Pods of one host reach each other through the bridge's address too: no redirect may tell them of a shorter way.
	for _, name := range []string{"all", bridgeName} {
		if err := os.WriteFile("/proc/sys/net/ipv4/conf/"+name+"/send_redirects", []byte("0"), 0); err != nil {
			return nil, err
		}
	}
	// Routing sees all that pods send, and Services there lead it on. Where the bridge itself looked first (the kernel's br_netfilter, if
	// it is loaded), it would hand what a Service leads to a pod of this host straight to its cable, which is kept apart.
	if err := os.WriteFile("/proc/sys/net/bridge/bridge-nf-call-iptables", []byte("0"), 0); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	return &Bridge{link: link, gateway: gateway, mtu: mtu}, netlink.LinkSetUp(link)
}

// Attach gives a pod its namespace with its address, unless it has them.
//
// The pod knows no neighbours, and the cables are kept apart: whatever it sends goes through this host's routing, where policies and
// Services see it, also what it sends to pods of the same host.
func (b *Bridge) Attach(uid string, ip net.IP) error {
	if err := makeNamespace(uid); err != nil {
		return fmt.Errorf("the network namespace of pod %s cannot be made: %w", uid, err)
	}
	namespace, err := netns.GetFromPath(NamespacePath(uid))
	if err != nil {
		return err
	}
	defer namespace.Close()
	inside, err := netlink.NewHandleAt(namespace)
	if err != nil {
		return err
	}
	defer inside.Close()
	if _, err := inside.LinkByName("eth0"); err != nil {
		if err := b.plug(uid, namespace); err != nil {
			return fmt.Errorf("pod %s cannot be joined to %s: %w", uid, bridgeName, err)
		}
	}
	return b.configure(inside, ip)
}

func (b *Bridge) plug(uid string, namespace netns.NsHandle) error {
	attributes := netlink.NewLinkAttrs()
	attributes.Name, attributes.MTU, attributes.MasterIndex = cable(uid), b.mtu, b.link.Attrs().Index
	// a killed start may have left one whose other end is nowhere
	if old, err := netlink.LinkByName(attributes.Name); err == nil {
		if err := netlink.LinkDel(old); err != nil {
			return err
		}
	}
	veth := &netlink.Veth{LinkAttrs: attributes, PeerName: "eth0", PeerMTU: uint32(b.mtu), PeerNamespace: netlink.NsFd(namespace)}
	if err := netlink.LinkAdd(veth); err != nil {
		return err
	}
	return errors.Join(netlink.LinkSetIsolated(veth, true), netlink.LinkSetUp(veth))
}

func (b *Bridge) configure(inside *netlink.Handle, ip net.IP) error {
	for _, name := range []string{"lo", "eth0"} {
		link, err := inside.LinkByName(name)
		if err != nil {
			return err
		}
		if err := inside.LinkSetUp(link); err != nil {
			return err
		}
	}
	link, err := inside.LinkByName("eth0")
	if err != nil {
		return err
	}
	if err := inside.AddrReplace(link, &netlink.Addr{IPNet: host(ip)}); err != nil {
		return err
	}
	index := link.Attrs().Index
	return errors.Join(
		inside.RouteReplace(&netlink.Route{LinkIndex: index, Dst: host(b.gateway), Scope: netlink.SCOPE_LINK}),
		inside.RouteReplace(&netlink.Route{LinkIndex: index, Dst: everywhere, Gw: b.gateway}),
	)
}

// Detach takes a pod's network away. Does nothing when there is none.
func (b *Bridge) Detach(uid string) error {
	var failed error
	// the cable goes first: processes that end slowly may hold the namespace for a while
	if link, err := netlink.LinkByName(cable(uid)); err == nil {
		failed = netlink.LinkDel(link)
	}
	return errors.Join(failed, removeNamespace(uid))
}

// Keep takes the network of all other pods away: of those that ended while nobody looked.
func (b *Bridge) Keep(uids []string) error {
	all, err := namespaces()
	for _, uid := range all {
		if !slices.Contains(uids, uid) {
			err = errors.Join(err, b.Detach(uid))
		}
	}
	return err
}

// cable is the host's end of a pod's: names of interfaces have 15 characters at most.
func cable(uid string) string {
	sum := sha256.Sum256([]byte(uid))
	return "veth" + hex.EncodeToString(sum[:4])
}

var everywhere = &net.IPNet{IP: net.IPv4zero.To4(), Mask: net.CIDRMask(0, 32)}

func host(ip net.IP) *net.IPNet { return &net.IPNet{IP: ip.To4(), Mask: net.CIDRMask(32, 32)} }

// ensureLink makes an interface, or returns the one of its name.
func ensureLink(link netlink.Link) (netlink.Link, error) {
	if err := netlink.LinkAdd(link); err != nil && !errors.Is(err, syscall.EEXIST) {
		return nil, fmt.Errorf("the interface %s cannot be made: %w", link.Attrs().Name, err)
	}
	return netlink.LinkByName(link.Attrs().Name)
}

// setAddress gives an interface one IPv4 address, and takes others away: those of a range that the node had before.
func setAddress(link netlink.Link, address *net.IPNet) error {
	if err := netlink.AddrReplace(link, &netlink.Addr{IPNet: address}); err != nil {
		return fmt.Errorf("%s cannot be given to %s: %w", address, link.Attrs().Name, err)
	}
	all, err := netlink.AddrList(link, netlink.FAMILY_V4)
	for _, other := range all {
		if other.IPNet.String() != address.String() {
			err = errors.Join(err, netlink.AddrDel(link, &other))
		}
	}
	return err
}
