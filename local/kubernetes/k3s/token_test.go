package k3s

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestTokens(t *testing.T) {
	hash := strings.Repeat("ab", 32)
	for text, want := range map[string]token{
		"plain":                           {password: "plain"},
		"K10" + hash + "::node:secret":    {caHash: hash, user: "node", password: "secret"},
		"K10" + hash + "::server:a:b::c":  {caHash: hash, user: "server", password: "a:b::c"},
		"K10::node:secret":                {user: "node", password: "secret"},
		"looks:like::K10 but does not so": {password: "looks:like::K10 but does not so"},
	} {
		if got, err := parseToken(text); err != nil || got != want {
			t.Errorf("%q: got %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "K10", "K10abc::node:secret", "K10" + hash + "::secret", "K10" + hash + "::node:"} {
		if _, err := parseToken(text); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}

func TestTheHashOfOneCertificateIsThatOfTheFile(t *testing.T) {
	folder := t.TempDir()
	ca, err := createAuthority(filepath.Join(folder, "ca"), "test")
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(folder, "ca.crt"))
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256(file)
	if got, err := hashCA(ca.pem); err != nil || got != hex.EncodeToString(digest[:]) {
		t.Errorf("got %s, %v", got, err)
	}
	if _, err := hashCA([]byte("nothing")); err == nil {
		t.Error("a file without a certificate has a hash")
	}
}

func TestAuthoritiesMustBeWhole(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "ca")
	if found, err := loadAuthority(path); found != nil || err != nil {
		t.Errorf("nothing there: %v, %v", found, err)
	}
	if _, err := createAuthority(path, "test"); err != nil {
		t.Fatal(err)
	}
	if _, err := loadAuthority(path); err != nil {
		t.Error(err)
	}
	_, other, err := newKey()
	if err != nil {
		t.Fatal(err)
	}
	if err := writeSecret(path+".key", other); err != nil {
		t.Fatal(err)
	}
	if _, err := loadAuthority(path); err == nil || !strings.Contains(err.Error(), "is not the key of") {
		t.Errorf("another key: %v", err)
	}
	if err := os.Remove(path + ".key"); err != nil {
		t.Fatal(err)
	}
	if _, err := loadAuthority(path); err == nil {
		t.Error("a certificate without a key was accepted")
	}
}

func TestBootstrapDataIsSealedUnderTheToken(t *testing.T) {
	sealed, err := seal("right", []byte("keys"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(sealed, "keys") {
		t.Error("not encrypted")
	}
	if plain, err := unseal("right", sealed); err != nil || string(plain) != "keys" {
		t.Errorf("got %q, %v", plain, err)
	}
	if _, err := unseal("wrong", sealed); err == nil {
		t.Error("another token opens it")
	}
	if bootstrapKey("a") == bootstrapKey("b") || !strings.HasPrefix(bootstrapKey("a"), "/bootstrap/") {
		t.Error("wrong key in the datastore")
	}
}

func TestNodePasswords(t *testing.T) {
	hash, err := hashPassword("right")
	if err != nil {
		t.Fatal(err)
	}
	if err := checkPassword(hash, "right"); err != nil {
		t.Error(err)
	}
	if err := checkPassword(hash, "wrong"); !errors.Is(err, errPassword) {
		t.Errorf("got %v", err)
	}
}

func TestSentences(t *testing.T) {
	const address = "https://api.test:6443"
	wrap := func(err error) error {
		return &url.Error{Op: "Get", URL: address, Err: &net.OpError{Op: "dial", Net: "tcp", Err: err}}
	}
	for want, err := range map[string]error{
		"the name api.test does not resolve":                    wrap(&net.DNSError{Err: "no such host", Name: "api.test", IsNotFound: true}),
		"cannot be looked up":                                   wrap(&net.DNSError{Err: "i/o timeout", Name: "api.test", IsTimeout: true}),
		"api.test:6443 from here: connection refused":           wrap(os.NewSyscallError("connect", syscall.ECONNREFUSED)),
		"no security group rule may let it through":             wrap(os.ErrDeadlineExceeded),
		"no route to it":                                        wrap(os.NewSyscallError("connect", syscall.EHOSTUNREACH)),
		"the server at https://api.test:6443 refused the token": (&supervisor{url: address, token: token{user: "node"}}).explain(&refused{status: 401}),
		"the server at https://api.test:6443 is still starting": (&supervisor{url: address}).explain(&refused{status: 503}),
	} {
		if got := sentenceOf(err, address); !strings.Contains(got, want) || strings.Contains(got, "\n") {
			t.Errorf("got %q, not %q", got, want)
		}
	}
}

func TestLabelsAndTaints(t *testing.T) {
	if err := checkLabels([]string{"estate.test/role=bbb", "node.kubernetes.io/x=y", "topology.kubernetes.io/zone=az1"}); err != nil {
		t.Error(err)
	}
	for _, label := range []string{"node-role.kubernetes.io/bbb=true", "a", "a=b c", "k8s.io/x=y"} {
		if err := checkLabels([]string{label}); err == nil {
			t.Errorf("%q was accepted", label)
		}
	}
	taints, err := parseTaints([]string{"dedicated=bbb:NoSchedule", "gone:NoExecute"})
	if err != nil || len(taints) != 2 || taints[0].Value != "bbb" || taints[1].Key != "gone" {
		t.Errorf("got %v, %v", taints, err)
	}
	for _, taint := range []string{"a", "a=b", "a=b:Never"} {
		if _, err := parseTaints([]string{taint}); err == nil {
			t.Errorf("%q was accepted", taint)
		}
	}
}

func TestStagesLoad(t *testing.T) {
	stages, err := loadStages()
	if err != nil {
		t.Fatal(err)
	}
	for ref, list := range stages {
		if ref.Kind == "Pod" && len(list) != 6 {
			t.Errorf("%d stages of pods", len(list))
		}
	}
}

func TestLearnersHaveTime(t *testing.T) {
	l, now := stalled{}, time.Now()
	if got := l.overdue(map[uint64]bool{1: true, 2: true}, now); len(got) != 0 {
		t.Errorf("at once: %v", got)
	}
	l.overdue(map[uint64]bool{1: true}, now.Add(time.Minute)) // 2 was promoted
	if got := l.overdue(map[uint64]bool{1: true, 2: true}, now.Add(learnerPatience+time.Second)); len(got) != 1 || got[0] != 1 {
		t.Errorf("later: %v", got)
	}
}

func TestARemovedMemberFoundsNothing(t *testing.T) {
	folder := t.TempDir()
	h := host{name: "s1", ips: []string{"10.0.0.1"}}
	m, err := newMember(folder, h, false)
	if err != nil || !strings.HasPrefix(m.name, "s1-") {
		t.Fatalf("got %v, %v", m, err)
	}
	if again, err := newMember(folder, h, false); err != nil || again.name != m.name {
		t.Errorf("another name at the next start: %v, %v", again, err)
	}
	if err := writeSecret(m.tombstone(), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := newMember(folder, h, false); err == nil {
		t.Error("it would found a second cluster")
	}
	if again, err := newMember(folder, h, true); err != nil || again.name == m.name {
		t.Errorf("it must join as a new member: %v, %v", again, err)
	}
}

func TestAddressesGoRound(t *testing.T) {
	a := &addresses{cidr: "10.42.3.0/29"}
	used := map[string]bool{}
	for _, want := range []string{"10.42.3.2", "10.42.3.3", "10.42.3.4", "10.42.3.5", "10.42.3.6"} {
		got, err := a.free(used)
		if err != nil || got != want {
			t.Fatalf("got %s, %v, not %s", got, err, want)
		}
		used[got] = true
	}
	if _, err := a.free(used); err == nil {
		t.Error("a full range has an address")
	}
	delete(used, "10.42.3.4")
	if got, _ := a.free(used); got != "10.42.3.4" {
		t.Errorf("got %s", got)
	}
}
