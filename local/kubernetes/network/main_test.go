package network

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// TestMain runs the tests in namespaces of their own, with a /run of their own: the kernel clears up, however they end.
func TestMain(m *testing.M) {
	const inside = "ESTATE_TEST_INSIDE"
	if os.Getenv(inside) != "" {
		for _, err := range []error{
			unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""),
			unix.Mount("tmpfs", "/run", "tmpfs", 0, ""),
		} {
			if err != nil {
				panic(err)
			}
		}
		os.Exit(m.Run())
	}
	command := exec.Command("/proc/self/exe", os.Args[1:]...)
	command.Env = append(os.Environ(), inside+"=1")
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	command.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	if os.Getuid() != 0 {
		command.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		command.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		command.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		panic(err)
	}
	os.Exit(command.ProcessState.ExitCode())
}

// in runs a function in a network namespace, on a thread that ends with it.
func in(t *testing.T, path string, do func() error) {
	t.Helper()
	if err := try(path, do); err != nil {
		t.Fatal(err)
	}
}

func try(path string, do func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		namespace, err := netns.GetFromPath(path)
		if err == nil {
			err = errors.Join(netns.Set(namespace), namespace.Close())
		}
		if err == nil {
			err = do()
		}
		done <- err
	}()
	return <-done
}

// hosts joins hosts by one network, 10.77.0.0/24; each is the namespace of its name, with 10.77.0.N on eth0.
func hosts(t *testing.T, names ...string) {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	attributes := netlink.NewLinkAttrs()
	attributes.Name = "wire"
	wire := &netlink.Bridge{LinkAttrs: attributes}
	must(netlink.LinkAdd(wire))
	must(netlink.LinkSetUp(wire))
	t.Cleanup(func() { _ = netlink.LinkDel(wire) })
	for index, name := range names {
		must(makeNamespace(name))
		t.Cleanup(func() { _ = removeNamespace(name) })
		namespace, err := netns.GetFromPath(NamespacePath(name))
		must(err)
		attributes := netlink.NewLinkAttrs()
		attributes.Name, attributes.MasterIndex = "wire-"+name, wire.Attrs().Index
		must(netlink.LinkAdd(&netlink.Veth{LinkAttrs: attributes, PeerName: "eth0", PeerNamespace: netlink.NsFd(namespace)}))
		end, err := netlink.LinkByName(attributes.Name)
		must(err)
		must(netlink.LinkSetUp(end))
		t.Cleanup(func() { _ = netlink.LinkDel(end) }) // the namespace takes it along, but only after a while
		must(namespace.Close())
		in(t, NamespacePath(name), func() error {
			eth0, err := netlink.LinkByName("eth0")
			if err != nil {
				return err
			}
			lo, err := netlink.LinkByName("lo")
			if err != nil {
				return err
			}
			address := &net.IPNet{IP: net.IPv4(10, 77, 0, byte(index+1)), Mask: net.CIDRMask(24, 32)}
			return errors.Join(netlink.AddrAdd(eth0, &netlink.Addr{IPNet: address}), netlink.LinkSetUp(eth0), netlink.LinkSetUp(lo),
				os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0))
		})
	}
}

// answer tells everybody who connects to a port of a namespace by which address it knows them.
func answer(t *testing.T, path string, port int) {
	t.Helper()
	in(t, path, func() error {
		listener, err := net.Listen("tcp4", fmt.Sprintf(":%d", port))
		if err != nil {
			return err
		}
		t.Cleanup(func() { _ = listener.Close() })
		go func() {
			for {
				connection, err := listener.Accept()
				if err != nil {
					return
				}
				who, _, _ := net.SplitHostPort(connection.RemoteAddr().String())
				_, _ = io.WriteString(connection, who)
				_ = connection.Close()
			}
		}()
		return nil
	})
}

// ask connects from a namespace, and returns how the other side knows it: "" when nobody answers.
func ask(t *testing.T, path, address string) string {
	t.Helper()
	var told []byte
	_ = try(path, func() error {
		connection, err := net.DialTimeout("tcp4", address, time.Second)
		if err != nil {
			return err
		}
		defer connection.Close()
		_ = connection.SetDeadline(time.Now().Add(time.Second))
		told, err = io.ReadAll(connection)
		return err
	})
	return string(told)
}

func parse(t *testing.T, text string) *net.IPNet {
	t.Helper()
	_, network, err := net.ParseCIDR(text)
	if err != nil {
		t.Fatal(err)
	}
	return network
}
