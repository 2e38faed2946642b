// Package dns plays CoreDNS as k3s configures it: it answers for the cluster's own names, and asks the node's name servers for others.
package dns

import (
	"net"
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
)

// Zone is what the cluster's names are made of.
type Zone struct {
	Domain   string // such as cluster.local
	Services func() []*v1.Service
	Slices   func() []*discovery.EndpointSlice
}

// Record is what a name leads to.
type Record struct {
	Addresses []net.IP
	// Alias is the name to ask for instead, of a Service that stands for one outside.
	Alias string
	Ports []Target
}

// Target is a port of a name, for questions of type SRV.
type Target struct {
	Name string
	Port uint16
}

// Covers tells whether a name is the cluster's.
func (z Zone) Covers(name string) bool {
	return name == z.Domain || strings.HasSuffix(name, "."+z.Domain)
}

// Find is the record of a name of the cluster, in lower case and without a dot at the end. Nil when there is none.
//
//	SERVICE.NAMESPACE.svc.DOMAIN               its address; of a headless one those of its pods
//	HOST.SERVICE.NAMESPACE.svc.DOMAIN          one pod of a headless one
//	_PORT._PROTOCOL.SERVICE.NAMESPACE.svc...   where a named port is
func (z Zone) Find(name string) *Record {
	rest, ok := strings.CutSuffix(name, ".svc."+z.Domain)
	if !ok {
		return nil
	}
	labels := strings.Split(rest, ".")
	if len(labels) < 2 || len(labels) > 4 {
		return nil
	}
	service := z.service(labels[len(labels)-2], labels[len(labels)-1])
	if service == nil {
		return nil
	}
	before := labels[:len(labels)-2]
	switch {
	case service.Spec.Type == v1.ServiceTypeExternalName && len(before) == 0:
		return &Record{Alias: strings.TrimSuffix(service.Spec.ExternalName, ".")}
	case len(before) == 2 && strings.HasPrefix(before[0], "_") && strings.HasPrefix(before[1], "_"):
		return z.port(service, before[0][1:], before[1][1:], rest[strings.LastIndex(rest, labels[len(labels)-2]+"."+labels[len(labels)-1]):])
	case len(before) == 1 && service.Spec.ClusterIP == v1.ClusterIPNone:
		return orNone(z.endpoints(service, before[0]))
	case len(before) > 0:
		return nil
	case service.Spec.ClusterIP == v1.ClusterIPNone:
		return orNone(z.endpoints(service, ""))
	}
	return orNone(parse([]string{service.Spec.ClusterIP}))
}

func orNone(addresses []net.IP) *Record {
	if len(addresses) == 0 {
		return nil
	}
	return &Record{Addresses: addresses}
}

func (z Zone) service(name, namespace string) *v1.Service {
	all := z.Services()
	at := slices.IndexFunc(all, func(one *v1.Service) bool { return one.Name == name && one.Namespace == namespace })
	if at < 0 {
		return nil
	}
	return all[at]
}

// endpoints are the addresses of a Service's pods that are ready, or of the one that has a host name.
func (z Zone) endpoints(service *v1.Service, host string) []net.IP {
	var found []string
	for _, slice := range z.Slices() {
		if slice.Namespace != service.Namespace || slice.Labels[discovery.LabelServiceName] != service.Name || slice.AddressType != discovery.AddressTypeIPv4 {
			continue
		}
		for _, endpoint := range slice.Endpoints {
			ready := endpoint.Conditions.Ready == nil || *endpoint.Conditions.Ready || service.Spec.PublishNotReadyAddresses
			named := endpoint.Hostname != nil && *endpoint.Hostname == host
			if ready && (host == "" || named) {
				found = append(found, endpoint.Addresses...)
			}
		}
	}
	return parse(found)
}

func (z Zone) port(service *v1.Service, name, protocol, base string) *Record {
	for _, port := range service.Spec.Ports {
		if port.Name == name && strings.EqualFold(string(port.Protocol), protocol) {
			number := uint16(port.Port)
			if service.Spec.ClusterIP == v1.ClusterIPNone && port.TargetPort.IntVal > 0 {
				number = uint16(port.TargetPort.IntVal)
			}
			return &Record{Ports: []Target{{Name: base + ".svc." + z.Domain, Port: number}}}
		}
	}
	return nil
}

func parse(texts []string) []net.IP {
	var found []net.IP
	slices.Sort(texts)
	for _, text := range slices.Compact(texts) {
		if ip := net.ParseIP(text).To4(); ip != nil {
			found = append(found, ip)
		}
	}
	return found
}
