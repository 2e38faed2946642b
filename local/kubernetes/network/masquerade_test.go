package network

import (
	"strings"
	"testing"
)

// A rule that is missing, or comes too late, lets pods of other hosts appear with the receiving host's address.
func TestBetweenPodsNothingIsMasqueraded(t *testing.T) {
	rules := masqueradeRules(parse(t, "10.42.0.0/16"), parse(t, "10.42.1.0/24"))
	between := strings.Index(rules, "ip saddr 10.42.0.0/16 ip daddr 10.42.0.0/16 return")
	first := strings.Index(rules, "masquerade")
	if between < 0 || first < between {
		t.Errorf("pods are not left alone before anything is masqueraded:\n%s", rules)
	}
	if !strings.HasPrefix(rules, "table ip flannel-ipv4\ndelete table ip flannel-ipv4\n") {
		t.Errorf("the table is not replaced as a whole:\n%s", rules)
	}
}
