package k3s

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"syscall"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// defaultInterface is the one of the default route, which kube-vip takes when it is told none.
func defaultInterface() (*net.Interface, error) {
	routes, err := netlink.RouteList(nil, netlink.FAMILY_V4)
	if err != nil {
		return nil, err
	}
	for _, route := range routes {
		if route.Dst == nil || route.Dst.IP.IsUnspecified() {
			return net.InterfaceByIndex(route.LinkIndex)
		}
	}
	return nil, errors.New("unable to detect default interface: the host has no default route")
}

func linkAddress(ip net.IP) *netlink.Addr {
	return &netlink.Addr{IPNet: &net.IPNet{IP: ip, Mask: net.CIDRMask(32, 32)}}
}

// addAddress gives the interface the address, unless it has it.
func addAddress(device *net.Interface, ip net.IP) error {
	link, err := netlink.LinkByIndex(device.Index)
	if err != nil {
		return err
	}
	if err := netlink.AddrAdd(link, linkAddress(ip)); err != nil && !errors.Is(err, syscall.EEXIST) {
		return fmt.Errorf("%s cannot be given to %s: %w", ip, device.Name, err)
	}
	return nil
}

// removeAddress takes it away again, if it is there.
func removeAddress(device *net.Interface, ip net.IP) error {
	link, err := netlink.LinkByIndex(device.Index)
	if err != nil {
		return err
	}
	if err := netlink.AddrDel(link, linkAddress(ip)); err != nil && !errors.Is(err, syscall.EADDRNOTAVAIL) {
		return fmt.Errorf("%s cannot be taken from %s: %w", ip, device.Name, err)
	}
	return nil
}

// announce tells everybody on the interface's network who has the address: a gratuitous ARP.
func announce(device *net.Interface, ip net.IP) error {
	socket, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(socket)
	to := &unix.SockaddrLinklayer{Protocol: bigEndian(unix.ETH_P_ARP), Ifindex: device.Index, Halen: 6, Addr: [8]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}
	return unix.Sendto(socket, gratuitousARP(device.HardwareAddr, ip), 0, to)
}

func bigEndian(value uint16) uint16 {
	return binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, value))
}

// gratuitousARP is a request for the sender's own address, by which others learn where it is now (RFC 5227).
func gratuitousARP(mac net.HardwareAddr, ip net.IP) []byte {
	// hardware Ethernet, protocol IPv4, lengths of their addresses, request
	packet := []byte{0, 1, 8, 0, 6, 4, 0, 1}
	packet = append(append(packet, mac...), ip.To4()...)
	return append(append(packet, 0, 0, 0, 0, 0, 0), ip.To4()...)
}
