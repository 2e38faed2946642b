package remote

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"net"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

func publicKey(t *testing.T, key any) ssh.PublicKey {
	t.Helper()
	public, err := ssh.NewPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return public
}

func TestPinAcceptsOneKeyAndAsksForItsKind(t *testing.T) {
	raw, _, _ := ed25519.GenerateKey(rand.Reader)
	other, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	expected := publicKey(t, raw)
	config := &ssh.ClientConfig{}
	if err := pin(config, string(ssh.MarshalAuthorizedKey(expected))); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(config.HostKeyAlgorithms, []string{"ssh-ed25519"}) {
		t.Errorf("asks for %v", config.HostKeyAlgorithms)
	}
	if err := config.HostKeyCallback("host:22", &net.TCPAddr{}, expected); err != nil {
		t.Errorf("refuses the pinned key: %v", err)
	}
	err := config.HostKeyCallback("host:22", &net.TCPAddr{}, publicKey(t, other.Public()))
	if err == nil || !strings.Contains(err.Error(), ssh.FingerprintSHA256(expected)) {
		t.Errorf("another key: %v", err)
	}
}

func TestPinRefusesWhatIsNoKey(t *testing.T) {
	if err := pin(&ssh.ClientConfig{}, "SHA256:abc"); err == nil || !strings.Contains(err.Error(), "ssh-ed25519 AAAA") {
		t.Errorf("got %v", err)
	}
}
