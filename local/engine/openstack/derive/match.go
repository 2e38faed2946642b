package main

import (
	"fmt"
	"sort"
	"strings"

	"github.com/agext/levenshtein"

	"estate/local/engine/openstack/shape"
)

// pair is a Terraform type that may be what the SDK calls by the token.
type pair struct {
	terraform, token string
	// properties that only one of the two has
	strange int
	// edits from one name to the other
	distance int
}

func (p pair) cost() int { return 1000*p.strange + p.distance }

// match gives each token the Terraform type with the same properties, and among those the one with the closest name.
// A token that could as well be something else is an error: nothing is guessed.
func match(terraform, sdk map[string]*shape.Shape) (map[string]string, error) {
	var pairs []pair
	for name, one := range terraform {
		for token, other := range sdk {
			pairs = append(pairs, pair{name, token, strange(one, other), distance(name, token)})
		}
	}
	sort.Slice(pairs, func(i, j int) bool {
		a, b := pairs[i], pairs[j]
		if a.cost() != b.cost() {
			return a.cost() < b.cost()
		}
		return a.terraform+a.token < b.terraform+b.token
	})
	matched, taken := map[string]string{}, map[string]pair{}
	for _, p := range pairs {
		if other, ok := taken[p.token]; ok {
			if _, used := matched[p.terraform]; !used && other.cost() == p.cost() {
				return nil, fmt.Errorf("%s is as close to %s as to %s", p.token, p.terraform, other.terraform)
			}
			continue
		}
		if _, used := matched[p.terraform]; !used {
			matched[p.terraform], taken[p.token] = p.token, p
		}
	}
	for token := range sdk {
		if _, ok := taken[token]; !ok {
			return nil, fmt.Errorf("nothing in the Terraform provider is %s", token)
		}
	}
	return matched, nil
}

func strange(a, b *shape.Shape) (count int) {
	for name := range a.Fields {
		if b.Fields[name] == nil {
			count++
		}
	}
	for name := range b.Fields {
		if a.Fields[name] == nil {
			count++
		}
	}
	return
}

// distance compares "compute instance v2" with "compute instance".
func distance(terraform, token string) int {
	parts := strings.Split(token, ":")
	module, _, _ := strings.Cut(parts[1], "/")
	name := strings.TrimPrefix(parts[2], "get")
	return levenshtein.Distance(
		strings.ReplaceAll(strings.TrimPrefix(terraform, "openstack_"), "_", ""), strings.ToLower(module+name), nil)
}
