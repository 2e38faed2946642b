package k3s

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/crypto/scrypt"
	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

var errPassword = errors.New("unable to verify hash for node: hash does not match")

// nodePasswords are the secrets by which a node's name stays with one host. The Secret goes with the Node.
type nodePasswords struct {
	client kubernetes.Interface
	mutex  sync.Mutex
	good   map[string][sha256.Size]byte // by the Secret's hash: verified before; scrypt is slow by design
}

func passwordSecret(node string) string { return node + ".node-password.k3s" }

// verify checks a node's password, or takes it as the node's from now on.
func (p *nodePasswords) verify(ctx context.Context, node, password string) error {
	secrets := p.client.CoreV1().Secrets(metav1.NamespaceSystem)
	secret, err := secrets.Get(ctx, passwordSecret(node), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		hash, err := hashPassword(password)
		if err != nil {
			return err
		}
		immutable := true
		_, err = secrets.Create(ctx, &v1.Secret{
			ObjectMeta: metav1.ObjectMeta{Name: passwordSecret(node)}, Immutable: &immutable, Data: map[string][]byte{"hash": []byte(hash)},
		}, metav1.CreateOptions{})
		return err
	} else if err != nil {
		return err
	}
	hash, digest := string(secret.Data["hash"]), sha256.Sum256([]byte(password))
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if known, ok := p.good[hash]; ok && known == digest {
		return nil
	}
	if err := checkPassword(hash, password); err != nil {
		return err
	}
	if p.good == nil {
		p.good = map[string][sha256.Size]byte{}
	}
	p.good[hash] = digest
	return nil
}

// forget removes the Secret of a node that was deleted.
func (p *nodePasswords) forget(ctx context.Context, node string) error {
	err := p.client.CoreV1().Secrets(metav1.NamespaceSystem).Delete(ctx, passwordSecret(node), metav1.DeleteOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

// hashPassword writes k3s's form: $1:<salt>:<log2 N>:<r>:<p>:<base64 of the scrypt hash>.
func hashPassword(password string) (string, error) {
	const logN, r, p = 15, 8, 1
	salt := randomHex(8)
	raw, _ := hex.DecodeString(salt)
	key, err := scrypt.Key([]byte(password), raw, 1<<logN, r, p, 64)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("$1:%s:%d:%d:%d:%s", salt, logN, r, p, base64.RawStdEncoding.EncodeToString(key)), nil
}

func checkPassword(hash, password string) error {
	part := strings.Split(hash, ":")
	if len(part) != 6 || part[0] != "$1" {
		return errors.New("hash format is not known")
	}
	salt, saltErr := hex.DecodeString(part[1])
	logN, nErr := strconv.Atoi(part[2])
	r, rErr := strconv.Atoi(part[3])
	p, pErr := strconv.Atoi(part[4])
	want, keyErr := base64.RawStdEncoding.DecodeString(part[5])
	if err := errors.Join(saltErr, nErr, rErr, pErr, keyErr); err != nil {
		return err
	}
	if logN < 1 || logN > 20 {
		return errors.New("hash format is not known")
	}
	key, err := scrypt.Key([]byte(password), salt, 1<<logN, r, p, len(want))
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(key, want) != 1 {
		return errPassword
	}
	return nil
}
