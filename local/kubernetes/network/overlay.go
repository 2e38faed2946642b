package network

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"syscall"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

const (
	overlayName = "flannel.1"
	overlayID   = 1
	overlayPort = 8472
	// Overhead is how many bytes of a packet the overlay needs for itself.
	Overhead = 50
)

// Overlay carries packets between pods of different hosts in VXLAN, as flannel does, over the hosts' own network. The kernel learns
// nothing from what arrives: where pods are stands in the Nodes.
type Overlay struct{ link netlink.Link }

// Peer is another host with pods.
type Peer struct {
	Pods *net.IPNet
	Host net.IP
	// MAC is that of its overlay's interface.
	MAC net.HardwareAddr
}

// OpenOverlay makes the interface on the host that has an address, unless it is there as it should be.
func OpenOverlay(pods *net.IPNet, address net.IP) (*Overlay, error) {
	device, err := InterfaceOf(address)
	if err != nil {
		return nil, err
	}
	attributes := netlink.NewLinkAttrs()
	attributes.Name, attributes.MTU = overlayName, device.Attrs().MTU-Overhead
	want := &netlink.Vxlan{LinkAttrs: attributes, VxlanId: overlayID, VtepDevIndex: device.Attrs().Index, SrcAddr: address.To4(), Port: overlayPort}
	if old, err := netlink.LinkByName(overlayName); err == nil && !sameOverlay(old, want) {
		if err := netlink.LinkDel(old); err != nil {
			return nil, err
		}
	}
	link, err := ensureLink(want)
	if err != nil {
		return nil, err
	}
	// the range's own address: what this host itself sends to pods of others comes from it
	if err := setAddress(link, host(pods.IP)); err != nil {
		return nil, err
	}
	return &Overlay{link: link}, netlink.LinkSetUp(link)
}

func sameOverlay(link netlink.Link, want *netlink.Vxlan) bool {
	is, ok := link.(*netlink.Vxlan)
	return ok && is.VxlanId == want.VxlanId && is.VtepDevIndex == want.VtepDevIndex && is.SrcAddr.Equal(want.SrcAddr) && is.Port == want.Port &&
		is.Attrs().MTU == want.MTU
}

// MAC is what other hosts have to know of this one's.
func (o *Overlay) MAC() net.HardwareAddr { return o.link.Attrs().HardwareAddr }

// Set makes these the only peers. It goes on after a failure: one peer does not keep others from being reached.
func (o *Overlay) Set(peers []Peer) error {
	var failed []error
	for _, peer := range peers {
		if err := o.add(peer); err != nil {
			failed = append(failed, fmt.Errorf("the overlay does not lead to %s at %s: %w", peer.Pods, peer.Host, err))
		}
	}
	return errors.Join(append(failed, o.remove(peers))...)
}

// add tells the kernel who a peer's overlay is and where, then leads its pods' packets there: before that it would ask around.
func (o *Overlay) add(peer Peer) error {
	index := o.link.Attrs().Index
	gateway := peer.Pods.IP.To4()
	neighbour := netlink.Neigh{LinkIndex: index, State: netlink.NUD_PERMANENT, Type: unix.RTN_UNICAST, IP: gateway, HardwareAddr: peer.MAC}
	if err := netlink.NeighSet(&neighbour); err != nil {
		return err
	}
	where := netlink.Neigh{
		LinkIndex: index, State: netlink.NUD_PERMANENT, Family: syscall.AF_BRIDGE, Flags: netlink.NTF_SELF, IP: peer.Host.To4(), HardwareAddr: peer.MAC,
	}
	if err := netlink.NeighSet(&where); err != nil {
		return err
	}
	return netlink.RouteReplace(&netlink.Route{LinkIndex: index, Dst: peer.Pods, Gw: gateway, Flags: int(netlink.FLAG_ONLINK)})
}

// remove takes away whatever leads to others.
func (o *Overlay) remove(peers []Peer) error {
	index := o.link.Attrs().Index
	var failed []error
	routes, err := netlink.RouteList(o.link, netlink.FAMILY_V4)
	failed = append(failed, err)
	for _, route := range routes {
		if !slices.ContainsFunc(peers, func(peer Peer) bool { return route.Dst != nil && route.Dst.String() == peer.Pods.String() }) {
			failed = append(failed, netlink.RouteDel(&route))
		}
	}
	neighbours, err := netlink.NeighList(index, netlink.FAMILY_V4)
	failed = append(failed, err)
	for _, neighbour := range neighbours {
		if !slices.ContainsFunc(peers, func(peer Peer) bool { return neighbour.IP.Equal(peer.Pods.IP) }) {
			failed = append(failed, netlink.NeighDel(&neighbour))
		}
	}
	places, err := netlink.NeighList(index, syscall.AF_BRIDGE)
	failed = append(failed, err)
	for _, place := range places {
		if !slices.ContainsFunc(peers, func(peer Peer) bool { return place.HardwareAddr.String() == peer.MAC.String() }) {
			failed = append(failed, netlink.NeighDel(&place))
		}
	}
	return errors.Join(failed...)
}

// InterfaceOf is the interface of this host that has an address.
func InterfaceOf(address net.IP) (netlink.Link, error) {
	links, err := netlink.LinkList()
	if err != nil {
		return nil, err
	}
	for _, link := range links {
		addresses, err := netlink.AddrList(link, netlink.FAMILY_V4)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(addresses, func(one netlink.Addr) bool { return one.IP.Equal(address) }) {
			return link, nil
		}
	}
	return nil, fmt.Errorf("no interface of this host has the address %s", address)
}
