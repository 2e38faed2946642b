package k3s

import (
	_ "embed"
	"strings"
)

// Version is the release of k3s that is played; its Kubernetes is the one in go.mod.
const Version = "v1.34.2+k3s1"

//go:embed options.tsv
var optionsTable string

// kind is the type of an option's value.
type kind string

const (
	kindBool kind = "bool"
	kindList kind = "list"
)

// option is one row of the pinned table of keys and flags.
type option struct {
	command     string // server, agent or both
	name        string
	alias       string
	kind        kind
	environment string
	standard    string // the value when nothing sets it
	played      bool
}

// optionsOf returns the options a command of k3s knows, by name and by alias.
func optionsOf(command string) map[string]*option {
	known := map[string]*option{}
	for _, line := range strings.Split(optionsTable, "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		field := strings.Split(line, "\t")
		o := &option{command: field[0], name: field[1], alias: field[2], kind: kind(field[3]), environment: field[4], standard: field[5], played: field[6] == "yes"}
		if o.command != "both" && o.command != command {
			continue
		}
		known[o.name] = o
		if o.alias != "" {
			known[o.alias] = o
		}
	}
	return known
}
