package network

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"

	"github.com/vishvananda/netlink"
)

// member is a host with its pods' network.
type member struct {
	name    string
	address net.IP
	overlay *Overlay
	peer    Peer
}

// join makes hosts with a pod each: of host N the pod has 10.42.N.2, and is the namespace pod<N>.
func join(t *testing.T, names ...string) []*member {
	t.Helper()
	hosts(t, names...)
	var all []*member
	for index, name := range names {
		number := index + 1
		pods := parse(t, fmt.Sprintf("10.42.%d.0/24", number))
		openPods(t, name, pods.String(), map[string]string{fmt.Sprintf("pod%d", number): fmt.Sprintf("10.42.%d.2", number)})
		m := &member{name: name, address: net.IPv4(10, 77, 0, byte(number))}
		in(t, NamespacePath(name), func() (err error) {
			m.overlay, err = OpenOverlay(pods, m.address)
			return err
		})
		m.peer = Peer{Pods: pods, Host: m.address, MAC: m.overlay.MAC()}
		all = append(all, m)
	}
	return all
}

// acquaint tells each of the members of all others.
func acquaint(t *testing.T, all ...*member) {
	t.Helper()
	for _, one := range all {
		var others []Peer
		for _, other := range all {
			if other != one {
				others = append(others, other.peer)
			}
		}
		in(t, NamespacePath(one.name), func() error { return one.overlay.Set(others) })
	}
}

func TestPodsOfDifferentHostsReachEachOtherByTheirOwnAddresses(t *testing.T) {
	all := join(t, "one", "two")
	acquaint(t, all...)
	answer(t, NamespacePath("pod2"), 80)
	if got := ask(t, NamespacePath("pod1"), "10.42.2.2:80"); got != "10.42.1.2" {
		t.Errorf("a pod of the other host sees %q, not the pod's own address", got)
	}
	if got := ask(t, NamespacePath("one"), "10.42.2.2:80"); got != "10.42.1.0" {
		t.Errorf("a pod of the other host sees %q, not that of the host's overlay", got)
	}
}

func TestTheOverlayLeadsToThosePeersThatAreThere(t *testing.T) {
	all := join(t, "one", "two", "three")
	acquaint(t, all...)
	answer(t, NamespacePath("pod2"), 80)
	answer(t, NamespacePath("pod3"), 80)
	// two is gone; three was made anew, with another interface
	in(t, NamespacePath("three"), func() error {
		if err := netlink.LinkDel(all[2].overlay.link); err != nil {
			return err
		}
		overlay, err := OpenOverlay(all[2].peer.Pods, all[2].address)
		all[2].overlay, all[2].peer.MAC = overlay, overlay.MAC()
		return err
	})
	acquaint(t, all[0], all[2])
	if got := ask(t, NamespacePath("pod1"), "10.42.3.2:80"); got != "10.42.1.2" {
		t.Errorf("the peer that was made anew is not reached: %q", got)
	}
	in(t, NamespacePath("one"), func() error {
		index := all[0].overlay.link.Attrs().Index
		routes, err := netlink.RouteList(all[0].overlay.link, netlink.FAMILY_V4)
		neighbours, err2 := netlink.NeighList(index, netlink.FAMILY_V4)
		places, err3 := netlink.NeighList(index, 7) // AF_BRIDGE
		if len(routes) != 1 || len(neighbours) != 1 || len(places) != 1 {
			t.Errorf("of one peer there are %v, %v and %v", routes, neighbours, places)
		}
		return errors.Join(err, err2, err3)
	})
}

func TestTheOverlayIsMadeAnewWhenItsHostHasAnotherAddress(t *testing.T) {
	all := join(t, "one")
	in(t, NamespacePath("one"), func() error {
		same, err := OpenOverlay(all[0].peer.Pods, all[0].address)
		if err != nil || same.MAC().String() != all[0].overlay.MAC().String() {
			return fmt.Errorf("a second start makes another: %v, %w", same, err)
		}
		eth0, err := InterfaceOf(all[0].address)
		if err != nil {
			return err
		}
		moved := net.IPv4(10, 77, 0, 99)
		if err := netlink.AddrAdd(eth0, &netlink.Addr{IPNet: &net.IPNet{IP: moved, Mask: net.CIDRMask(24, 32)}}); err != nil {
			return err
		}
		other, err := OpenOverlay(all[0].peer.Pods, moved)
		if err != nil {
			return err
		}
		if is := other.link.(*netlink.Vxlan); !is.SrcAddr.Equal(moved) || is.Port != overlayPort {
			t.Errorf("it sends from %s to port %d", is.SrcAddr, is.Port)
		}
		return nil
	})
}

// A host whose security group forgets the port has pods that are alone.
func TestTheOverlayCrossesTheHostsNetworkOnItsPort(t *testing.T) {
	all := join(t, "one", "two")
	acquaint(t, all...)
	answer(t, NamespacePath("pod2"), 80)
	in(t, NamespacePath("two"), func() error {
		sockets, err := os.ReadFile("/proc/thread-self/net/udp")
		if !strings.Contains(string(sockets), fmt.Sprintf(":%04X ", overlayPort)) {
			t.Errorf("nothing of the kernel has port %d:\n%s", overlayPort, sockets)
		}
		return err
	})
	in(t, NamespacePath("two"), func() error {
		eth0, err := InterfaceOf(all[1].address)
		if err != nil {
			return err
		}
		return netlink.LinkSetDown(eth0)
	})
	if got := ask(t, NamespacePath("pod1"), "10.42.2.2:80"); got != "" {
		t.Errorf("without the hosts' network the pod was reached all the same, by %s", got)
	}
}
