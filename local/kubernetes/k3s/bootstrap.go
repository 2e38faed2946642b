package k3s

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"golang.org/x/crypto/pbkdf2"
)

// bootstrapData is what a new server gets from the others: the CAs and keys, as k3s hands and stores them.
type bootstrapData map[string]struct {
	Timestamp time.Time
	Content   []byte
}

// readBootstrap collects the shared files of a server.
func readBootstrap(folder string) (bootstrapData, error) {
	data := bootstrapData{}
	for name, file := range sharedFiles {
		path := filepath.Join(folder, file)
		content, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) {
			continue
		} else if err != nil {
			return nil, err
		}
		status, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		entry := data[name]
		entry.Timestamp, entry.Content = status.ModTime().UTC(), content
		data[name] = entry
	}
	return data, nil
}

// writeBootstrap puts the shared files in place.
func writeBootstrap(folder string, data bootstrapData) error {
	for name, entry := range data {
		file, known := sharedFiles[name]
		if !known || len(entry.Content) == 0 {
			continue
		}
		if err := writeSecret(filepath.Join(folder, file), entry.Content); err != nil {
			return err
		}
	}
	return nil
}

const bootstrapPrefix = "/bootstrap/"

// bootstrapKey is where the datastore keeps the bootstrap data of a token.
func bootstrapKey(token string) string {
	digest := sha256.Sum256([]byte(token))
	return bootstrapPrefix + hex.EncodeToString(digest[:])[:12]
}

// keepBootstrap stores the shared files in the datastore, encrypted under the server token, once. A datastore that was
// written under another token is refused, as k3s refuses it.
func keepBootstrap(ctx context.Context, etcd *clientv3.Client, folder, token string) error {
	found, err := etcd.Get(ctx, bootstrapPrefix, clientv3.WithPrefix())
	if err != nil {
		return err
	}
	for _, entry := range found.Kvs {
		if string(entry.Key) != bootstrapKey(token) {
			return tell(errors.New("bootstrap data already found and encrypted with different token"),
				"the cluster's datastore was written under another server token than the one of this host")
		}
		_, err := unseal(token, string(entry.Value))
		return err
	}
	data, err := readBootstrap(folder)
	if err != nil {
		return err
	}
	text, err := json.Marshal(data)
	if err != nil {
		return err
	}
	sealed, err := seal(token, text)
	if err != nil {
		return err
	}
	info("Saving cluster bootstrap data to datastore")
	_, err = etcd.Put(ctx, bootstrapKey(token), sealed)
	return err
}

func gcm(token, salt string) (cipher.AEAD, error) {
	block, err := aes.NewCipher(pbkdf2.Key([]byte(token), []byte(salt), 4096, 32, sha1.New))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// seal encrypts in k3s's form: `<salt>:<base64 of nonce and ciphertext>`.
func seal(token string, plain []byte) (string, error) {
	salt := randomHex(8)
	box, err := gcm(token, salt)
	if err != nil {
		return "", err
	}
	nonce := make([]byte, box.NonceSize())
	_, _ = rand.Read(nonce)
	return salt + ":" + base64.StdEncoding.EncodeToString(box.Seal(nonce, nonce, plain, nil)), nil
}

func unseal(token, sealed string) ([]byte, error) {
	salt, text, ok := strings.Cut(sealed, ":")
	if !ok {
		return nil, errors.New("invalid cipher text, not : delimited")
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, err
	}
	box, err := gcm(token, salt)
	if err != nil {
		return nil, err
	}
	if len(raw) < box.NonceSize() {
		return nil, fmt.Errorf("invalid cipher text, too short")
	}
	return box.Open(nil, raw[:box.NonceSize()], raw[box.NonceSize():], nil)
}
