package dns

import (
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

const life = 5 // seconds, as k3s's CoreDNS lets answers of the cluster live

// Answer is the reply to a message about the cluster's own names; nil for one about others, which is to be asked elsewhere.
func (z Zone) Answer(message []byte) ([]byte, error) {
	var parser dnsmessage.Parser
	header, err := parser.Start(message)
	if err != nil {
		return nil, err
	}
	question, err := parser.Question()
	if err != nil {
		return nil, err
	}
	name := strings.ToLower(strings.TrimSuffix(question.Name.String(), "."))
	if !z.Covers(name) {
		return nil, nil
	}
	record := z.Find(name)
	head := dnsmessage.Header{ID: header.ID, Response: true, Authoritative: true, RecursionDesired: header.RecursionDesired, RecursionAvailable: true}
	if record == nil && !z.between(name) {
		head.RCode = dnsmessage.RCodeNameError
	}
	builder := dnsmessage.NewBuilder(nil, head)
	builder.EnableCompression()
	if err := builder.StartQuestions(); err != nil {
		return nil, err
	}
	if err := builder.Question(question); err != nil {
		return nil, err
	}
	if err := builder.StartAnswers(); err != nil {
		return nil, err
	}
	if record != nil {
		if err := add(&builder, question, *record); err != nil {
			return nil, err
		}
	}
	if err := builder.StartAuthorities(); err != nil {
		return nil, err
	}
	if record == nil {
		if err := z.authority(&builder); err != nil {
			return nil, err
		}
	}
	return builder.Finish()
}

// between tells of names that have others below them, and nothing themselves.
func (z Zone) between(name string) bool { return name == z.Domain || name == "svc."+z.Domain }

func add(builder *dnsmessage.Builder, question dnsmessage.Question, record Record) error {
	header := dnsmessage.ResourceHeader{Name: question.Name, Class: dnsmessage.ClassINET, TTL: life}
	any := question.Type == dnsmessage.TypeALL
	if record.Alias != "" {
		target, err := dnsmessage.NewName(record.Alias + ".")
		if err != nil {
			return err
		}
		return builder.CNAMEResource(header, dnsmessage.CNAMEResource{CNAME: target})
	}
	if question.Type == dnsmessage.TypeA || any {
		for _, ip := range record.Addresses {
			if err := builder.AResource(header, dnsmessage.AResource{A: [4]byte(ip.To4())}); err != nil {
				return err
			}
		}
	}
	if question.Type == dnsmessage.TypeSRV || any {
		for _, port := range record.Ports {
			target, err := dnsmessage.NewName(port.Name + ".")
			if err != nil {
				return err
			}
			if err := builder.SRVResource(header, dnsmessage.SRVResource{Weight: 100, Port: port.Port, Target: target}); err != nil {
				return err
			}
		}
	}
	return nil
}

// authority lets who asks remember, for a while, that there is no such name.
func (z Zone) authority(builder *dnsmessage.Builder) error {
	zone, err := dnsmessage.NewName(z.Domain + ".")
	if err != nil {
		return err
	}
	server, err := dnsmessage.NewName("ns.dns." + z.Domain + ".")
	if err != nil {
		return err
	}
	mailbox, err := dnsmessage.NewName("hostmaster." + z.Domain + ".")
	if err != nil {
		return err
	}
	header := dnsmessage.ResourceHeader{Name: zone, Class: dnsmessage.ClassINET, TTL: life}
	return builder.SOAResource(header, dnsmessage.SOAResource{NS: server, MBox: mailbox, Serial: 1, Refresh: 7200, Retry: 1800, Expire: 86400, MinTTL: life})
}
