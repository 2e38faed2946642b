package dns

import (
	"net"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
	v1 "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func service(name, ip string, ports ...v1.ServicePort) *v1.Service {
	return &v1.Service{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "estate"}, Spec: v1.ServiceSpec{Type: v1.ServiceTypeClusterIP, ClusterIP: ip, Ports: ports}}
}

func zone() Zone {
	yes, no, host := true, false, "data-0"
	outside := service("outside", "")
	outside.Spec.Type, outside.Spec.ExternalName = v1.ServiceTypeExternalName, "mail.example.test."
	slice := &discovery.EndpointSlice{
		ObjectMeta: metav1.ObjectMeta{Namespace: "estate", Labels: map[string]string{discovery.LabelServiceName: "data"}}, AddressType: discovery.AddressTypeIPv4,
		Endpoints: []discovery.Endpoint{
			{Addresses: []string{"10.42.1.2"}, Hostname: &host, Conditions: discovery.EndpointConditions{Ready: &yes}},
			{Addresses: []string{"10.42.2.2"}}, {Addresses: []string{"10.42.3.2"}, Conditions: discovery.EndpointConditions{Ready: &no}},
		},
	}
	return Zone{
		Domain: "cluster.local",
		Services: func() []*v1.Service {
			return []*v1.Service{service("web", "10.43.0.7", v1.ServicePort{Name: "http", Port: 80, Protocol: v1.ProtocolTCP}), service("data", "None"), outside}
		},
		Slices: func() []*discovery.EndpointSlice { return []*discovery.EndpointSlice{slice} },
	}
}

// question is a message that asks for a name.
func question(t *testing.T, name string, kind dnsmessage.Type) []byte {
	t.Helper()
	message := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: 7, RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: dnsmessage.MustNewName(name), Type: kind, Class: dnsmessage.ClassINET}},
	}
	packed, err := message.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return packed
}

// told is an answer in words: its code if it is not a good one, then what it has.
func told(t *testing.T, packed []byte) string {
	t.Helper()
	var message dnsmessage.Message
	if err := message.Unpack(packed); err != nil {
		t.Fatal(err)
	}
	if message.ID != 7 || !message.Response {
		t.Errorf("it is no answer to this question: %+v", message.Header)
	}
	var words []string
	if message.RCode != dnsmessage.RCodeSuccess {
		words = append(words, message.RCode.String())
	}
	for _, answer := range message.Answers {
		switch body := answer.Body.(type) {
		case *dnsmessage.AResource:
			words = append(words, net.IP(body.A[:]).String())
		case *dnsmessage.CNAMEResource:
			words = append(words, body.CNAME.String())
		case *dnsmessage.SRVResource:
			words = append(words, body.Target.String(), string(rune('0'+body.Port/10)))
		}
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}

func TestNamesOfTheCluster(t *testing.T) {
	for name, want := range map[string]string{
		"web.estate.svc.cluster.local.":            "10.43.0.7",
		"WEB.estate.svc.Cluster.Local.":            "10.43.0.7",
		"data.estate.svc.cluster.local.":           "10.42.1.2 10.42.2.2",
		"data-0.data.estate.svc.cluster.local.":    "10.42.1.2",
		"data-1.data.estate.svc.cluster.local.":    "RCodeNameError",
		"web.other.svc.cluster.local.":             "RCodeNameError",
		"none.estate.svc.cluster.local.":           "RCodeNameError",
		"x.web.estate.svc.cluster.local.":          "RCodeNameError",
		"outside.estate.svc.cluster.local.":        "mail.example.test.",
		"example.test.estate.svc.cluster.local.":   "RCodeNameError",
		"svc.cluster.local.":                       "",
		"_http._tcp.web.estate.svc.cluster.local.": "",
	} {
		answer, err := zone().Answer(question(t, name, dnsmessage.TypeA))
		if err != nil {
			t.Fatal(name, err)
		}
		if got := told(t, answer); got != want {
			t.Errorf("%s: %q, not %q", name, got, want)
		}
	}
}

func TestAPortByItsName(t *testing.T) {
	answer, err := zone().Answer(question(t, "_http._tcp.web.estate.svc.cluster.local.", dnsmessage.TypeSRV))
	if err != nil {
		t.Fatal(err)
	}
	if got := told(t, answer); got != "8 web.estate.svc.cluster.local." {
		t.Errorf("it is %q", got)
	}
}

// A resolver that asks for both families takes a name that does not exist in one of them for one that does not exist.
func TestAServiceWithoutIPv6IsThereAllTheSame(t *testing.T) {
	answer, err := zone().Answer(question(t, "web.estate.svc.cluster.local.", dnsmessage.TypeAAAA))
	if err != nil {
		t.Fatal(err)
	}
	if got := told(t, answer); got != "" {
		t.Errorf("it is %q", got)
	}
}

func TestOtherNamesAreAskedElsewhere(t *testing.T) {
	other, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	go func() {
		message := make([]byte, 512)
		size, from, err := other.ReadFrom(message)
		if err == nil {
			message[2] |= 0x80 // the question as it is, as an answer
			_, _ = other.WriteTo(message[:size], from)
		}
	}()
	asked := question(t, "example.test.", dnsmessage.TypeA)
	// the first answers nobody: its port is closed
	server := Server{Answer: zone().Answer, Others: []string{"127.0.0.1:1", other.LocalAddr().String()}}
	if got := told(t, server.reply("udp4", asked)); got != "" {
		t.Errorf("the answer is %q", got)
	}
	server.Others = nil
	if got := told(t, server.reply("udp4", asked)); got != "RCodeServerFailure" {
		t.Errorf("without other name servers it is %q", got)
	}
}
