package k3s

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// authority is a CA that can sign.
type authority struct {
	certificate *x509.Certificate
	key         crypto.Signer
	pem         []byte
}

// leaf says what a certificate is for.
type leaf struct {
	name          string   // common name
	organizations []string // groups, for a client
	names         []string // host names and addresses, for a server
	server        bool
	client        bool
}

const (
	leafLife  = 365 * 24 * time.Hour
	caLife    = 3650 * 24 * time.Hour
	backdated = time.Hour // a host's clock may be a little behind
)

// loadAuthority reads NAME.crt and NAME.key. Neither there: nil. Only one, or two that do not belong together: an error.
func loadAuthority(path string) (*authority, error) {
	certificatePEM, certificateErr := os.ReadFile(path + ".crt")
	keyPEM, keyErr := os.ReadFile(path + ".key")
	if errors.Is(certificateErr, os.ErrNotExist) && errors.Is(keyErr, os.ErrNotExist) {
		return nil, nil
	}
	if err := errors.Join(certificateErr, keyErr); err != nil {
		return nil, fmt.Errorf("the CA %s must have both a certificate and a key: %w", filepath.Base(path), err)
	}
	return newAuthority(filepath.Base(path), certificatePEM, keyPEM)
}

func newAuthority(name string, certificatePEM, keyPEM []byte) (*authority, error) {
	certificates, err := parseCertificates(certificatePEM)
	if err != nil {
		return nil, fmt.Errorf("%s.crt: %w", name, err)
	}
	key, err := parseKey(keyPEM)
	if err != nil {
		return nil, fmt.Errorf("%s.key: %w", name, err)
	}
	public, ok := certificates[0].PublicKey.(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !public.Equal(key.Public()) {
		return nil, fmt.Errorf("%s.key is not the key of the certificate in %s.crt", name, name)
	}
	if !certificates[0].IsCA {
		return nil, fmt.Errorf("%s.crt is not the certificate of a CA", name)
	}
	return &authority{certificate: certificates[0], key: key, pem: certificatePEM}, nil
}

func parseKey(text []byte) (crypto.Signer, error) {
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			return nil, errors.New("no private key in PEM form")
		}
		switch block.Type {
		case "EC PRIVATE KEY":
			return x509.ParseECPrivateKey(block.Bytes)
		case "RSA PRIVATE KEY":
			return x509.ParsePKCS1PrivateKey(block.Bytes)
		case "PRIVATE KEY":
			key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
			if err != nil {
				return nil, err
			}
			if signer, ok := key.(crypto.Signer); ok {
				return signer, nil
			}
			return nil, errors.New("this kind of private key cannot sign")
		}
	}
}

// createAuthority makes a CA as k3s does when none was placed, and writes it.
func createAuthority(path, name string) (*authority, error) {
	key, keyPEM, err := newKey()
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: fmt.Sprintf("%s@%d", name, time.Now().Unix())},
		NotBefore: time.Now().Add(-backdated), NotAfter: time.Now().Add(caLife), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	certificatePEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	if err := errors.Join(writeSecret(path+".key", keyPEM), writeFile(path+".crt", certificatePEM, 0o644)); err != nil {
		return nil, err
	}
	return newAuthority(filepath.Base(path), certificatePEM, keyPEM)
}

// issue makes a key and a certificate and writes them to PATH.crt (with the CA's after it) and PATH.key.
func (a *authority) issue(path string, l leaf) error {
	key, keyPEM, err := newKey()
	if err != nil {
		return err
	}
	certificatePEM, err := a.sign(key.Public(), l)
	if err != nil {
		return err
	}
	return errors.Join(writeSecret(path+".key", keyPEM), writeFile(path+".crt", certificatePEM, 0o644))
}

// sign returns a certificate for a public key, in PEM form, followed by the CA's.
func (a *authority) sign(public crypto.PublicKey, l leaf) ([]byte, error) {
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: l.name, Organization: l.organizations},
		NotBefore: time.Now().Add(-backdated), NotAfter: time.Now().Add(leafLife), BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
	}
	if l.server {
		template.ExtKeyUsage = append(template.ExtKeyUsage, x509.ExtKeyUsageServerAuth)
	}
	if l.client {
		template.ExtKeyUsage = append(template.ExtKeyUsage, x509.ExtKeyUsageClientAuth)
	}
	seen := map[string]bool{}
	for _, name := range l.names {
		if name == "" || seen[name] {
			continue
		}
		seen[name] = true
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, public, a.key)
	if err != nil {
		return nil, err
	}
	return append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), a.pem...), nil
}

func newKey() (*ecdsa.PrivateKey, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, nil, err
	}
	return key, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}), nil
}

func serial() *big.Int {
	bytes := make([]byte, sha1.Size-1)
	_, _ = rand.Read(bytes)
	return new(big.Int).SetBytes(bytes)
}

func writeSecret(path string, content []byte) error { return writeFile(path, content, 0o600) }

// writeFile replaces a file as a whole, so that a killed start leaves no half of a key.
func writeFile(path string, content []byte, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", content, mode); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
