package network

import (
	"fmt"
	"net"
)

// Masquerade lets pods reach what is outside the cluster, which knows no way back to them, by this host's address.
func Masquerade(cluster, own *net.IPNet) error { return load(masqueradeRules(cluster, own)) }

// masqueradeRules are flannel's, in its order. Between pods every address stays as it is: policies and applications must see who asks.
func masqueradeRules(cluster, own *net.IPNet) string {
	return table("ip flannel-ipv4", []string{
		"chain postrouting {",
		"  type nat hook postrouting priority srcnat; policy accept;",
		fmt.Sprintf("  ip saddr %s ip daddr %s return", cluster, cluster),
		fmt.Sprintf("  ip saddr %s ip daddr != 224.0.0.0/4 masquerade fully-random", cluster),
		fmt.Sprintf("  ip saddr != %s ip daddr %s return", cluster, own),
		fmt.Sprintf("  ip saddr != %s ip daddr %s masquerade fully-random", cluster, cluster),
		"}",
	})
}
