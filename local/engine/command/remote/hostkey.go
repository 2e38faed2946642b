package remote

import (
	"bytes"
	"fmt"
	"net"

	"golang.org/x/crypto/ssh"
)

// pin makes the client accept one host key only, given in the form of an authorized_keys or `*.pub` line. The client
// then also asks for that kind of key, because a host with several would otherwise show the one it likes best.
func pin(config *ssh.ClientConfig, line string) error {
	expected, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line))
	if err != nil {
		return fmt.Errorf("connection.hostKey is not a public key in the form \"ssh-ed25519 AAAA...\": %w", err)
	}
	config.HostKeyAlgorithms = algorithms(expected)
	config.HostKeyCallback = func(address string, _ net.Addr, shown ssh.PublicKey) error {
		if bytes.Equal(shown.Marshal(), expected.Marshal()) {
			return nil
		}
		return fmt.Errorf("ssh: host key mismatch: %s shows %s %s, but connection.hostKey is %s %s", address,
			shown.Type(), ssh.FingerprintSHA256(shown), expected.Type(), ssh.FingerprintSHA256(expected))
	}
	return nil
}

// algorithms lists the signature algorithms of a kind of key: an RSA key has several.
func algorithms(key ssh.PublicKey) []string {
	if key.Type() == ssh.KeyAlgoRSA {
		return []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
	}
	return []string{key.Type()}
}
