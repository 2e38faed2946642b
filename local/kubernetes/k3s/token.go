package k3s

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"strings"
)

// token is a join token: `K10<hash of the CA>::<user>:<password>`, or only `<user>:<password>` or `<password>`.
type token struct {
	caHash   string
	user     string
	password string
}

func parseToken(text string) (token, error) {
	var t token
	if text == "" {
		return t, errors.New("token must not be empty")
	}
	rest, secure := strings.CutPrefix(text, "K10")
	if !secure {
		return token{password: text}, nil
	}
	hash, credentials, ok := strings.Cut(rest, "::")
	if !ok {
		return t, errors.New("invalid token format")
	}
	if hash != "" && len(hash) != sha256.Size*2 {
		return t, errors.New("invalid token CA hash length")
	}
	user, password, ok := strings.Cut(credentials, ":")
	if !ok || password == "" {
		return t, errors.New("invalid token format")
	}
	return token{caHash: hash, user: user, password: password}, nil
}

// hashCA is the hash in a token: of the file's bytes when it holds one certificate, else of the root that the first one chains to.
func hashCA(bundle []byte) (string, error) {
	certificates, err := parseCertificates(bundle)
	if err != nil {
		return "", err
	}
	if len(certificates) > 1 {
		roots, others := x509.NewCertPool(), x509.NewCertPool()
		for _, c := range certificates[1:] {
			if len(c.AuthorityKeyId) == 0 || bytes.Equal(c.AuthorityKeyId, c.SubjectKeyId) {
				roots.AddCert(c)
			} else {
				others.AddCert(c)
			}
		}
		if chains, err := certificates[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: others}); err == nil {
			bundle = chains[0][len(chains[0])-1].Raw
		}
	}
	digest := sha256.Sum256(bundle)
	return hex.EncodeToString(digest[:]), nil
}

func parseCertificates(bundle []byte) ([]*x509.Certificate, error) {
	var found []*x509.Certificate
	for {
		var block *pem.Block
		if block, bundle = pem.Decode(bundle); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		found = append(found, c)
	}
	if len(found) == 0 {
		return nil, errors.New("data does not contain any valid RSA or ECDSA certificates")
	}
	return found, nil
}
