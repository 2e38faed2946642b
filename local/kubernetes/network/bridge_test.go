package network

import (
	"errors"
	"net"
	"os"
	"testing"

	"github.com/vishvananda/netlink"
)

// openPods makes the bridge on a host, with pods by their addresses.
func openPods(t *testing.T, host, pods string, addresses map[string]string) *Bridge {
	t.Helper()
	var bridge *Bridge
	in(t, NamespacePath(host), func() (err error) {
		if bridge, err = OpenBridge(parse(t, pods), 1400); err != nil {
			return err
		}
		for uid, address := range addresses {
			err = errors.Join(err, bridge.Attach(uid, net.ParseIP(address)))
		}
		return err
	})
	t.Cleanup(func() {
		_ = try(NamespacePath(host), func() error { return bridge.Keep(nil) })
	})
	return bridge
}

func TestPodsOfOneHostReachEachOtherAndTheirHostByTheirOwnAddresses(t *testing.T) {
	hosts(t, "one")
	openPods(t, "one", "10.42.1.0/24", map[string]string{"a": "10.42.1.2", "b": "10.42.1.3"})
	answer(t, NamespacePath("b"), 80)
	answer(t, NamespacePath("one"), 81)
	for what, got := range map[string]string{
		"pod to pod":        ask(t, NamespacePath("a"), "10.42.1.3:80"),
		"pod to its host":   ask(t, NamespacePath("a"), "10.77.0.1:81"),
		"a pod to itself":   ask(t, NamespacePath("b"), "10.42.1.3:80"),
		"host to its pod":   ask(t, NamespacePath("one"), "10.42.1.3:80"),
		"pod to its bridge": ask(t, NamespacePath("a"), "10.42.1.1:81"),
	} {
		want := map[string]string{"pod to pod": "10.42.1.2", "pod to its host": "10.42.1.2", "a pod to itself": "10.42.1.3", "host to its pod": "10.42.1.1", "pod to its bridge": "10.42.1.2"}[what]
		if got != want {
			t.Errorf("%s: seen as %q, not %q", what, got, want)
		}
	}
}

// What one pod sends to another of its host must pass the host's routing: there policies are, and the way back of Services.
func TestPodsOfOneHostDoNotReachEachOtherPastTheHostsRouting(t *testing.T) {
	hosts(t, "one")
	openPods(t, "one", "10.42.1.0/24", map[string]string{"a": "10.42.1.2", "b": "10.42.1.3"})
	answer(t, NamespacePath("b"), 80)
	in(t, NamespacePath("one"), func() error { return os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("0"), 0) })
	if got := ask(t, NamespacePath("a"), "10.42.1.3:80"); got != "" {
		t.Errorf("without routing the pod was reached all the same, by %s", got)
	}
}

func TestAPodsNetworkIsMadeOnceAndGoesWithIt(t *testing.T) {
	hosts(t, "one")
	bridge := openPods(t, "one", "10.42.1.0/24", map[string]string{"a": "10.42.1.2", "b": "10.42.1.3"})
	answer(t, NamespacePath("a"), 80)
	in(t, NamespacePath("one"), func() error {
		// as after a restart of the program
		again, err := OpenBridge(parse(t, "10.42.1.0/24"), 1400)
		return errors.Join(err, again.Attach("a", net.ParseIP("10.42.1.2")))
	})
	if got := ask(t, NamespacePath("b"), "10.42.1.2:80"); got != "10.42.1.3" {
		t.Errorf("seen as %q after a second start", got)
	}
	in(t, NamespacePath("one"), func() error { return bridge.Keep([]string{"a", "one"}) })
	if _, err := os.Stat(NamespacePath("b")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the namespace of a pod that is gone is still there: %v", err)
	}
	in(t, NamespacePath("one"), func() error {
		if _, err := netlink.LinkByName(cable("b")); err == nil {
			t.Error("the cable of a pod that is gone is still there")
		}
		_, err := netlink.LinkByName(cable("a"))
		return errors.Join(err, bridge.Detach("a"), bridge.Detach("a"))
	})
	if isNamespace(NamespacePath("a")) {
		t.Error("the namespace is still there after its pod was detached")
	}
}

func TestABridgeFollowsTheRangeOfItsNode(t *testing.T) {
	hosts(t, "one")
	openPods(t, "one", "10.42.1.0/24", nil)
	openPods(t, "one", "10.42.7.0/24", nil)
	in(t, NamespacePath("one"), func() error {
		link, err := netlink.LinkByName(bridgeName)
		if err != nil {
			return err
		}
		addresses, err := netlink.AddrList(link, netlink.FAMILY_V4)
		if len(addresses) != 1 || addresses[0].IPNet.String() != "10.42.7.1/24" {
			t.Errorf("%s has %v", bridgeName, addresses)
		}
		return err
	})
}
