package main

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// manifest is what matters here of a package.json.
type manifest struct {
	Name         string
	Version      string
	Dependencies map[string]string
	Pulumi       *struct {
		Resource         bool
		Name             string
		Version          string
		Server           string
		Parameterization *struct {
			Name    string
			Version string
			Value   []byte
		}
	}

	folder string
}

func readManifest(folder string) (*manifest, error) {
	text, err := os.ReadFile(filepath.Join(folder, "package.json"))
	if err != nil {
		return nil, err
	}
	found := &manifest{folder: folder}
	return found, json.Unmarshal(text, found)
}

// nearest is the package that a folder belongs to.
func nearest(folder string) (*manifest, error) {
	for {
		found, err := readManifest(folder)
		if up := filepath.Dir(folder); os.IsNotExist(err) && up != folder {
			folder = up
			continue
		}
		return found, err
	}
}

// installed is where Node would find a package for one in that folder; nil when it is not installed.
func installed(folder, name string) *manifest {
	for {
		if found, err := readManifest(filepath.Join(folder, "node_modules", name)); err == nil {
			return found
		}
		up := filepath.Dir(folder)
		if up == folder {
			return nil
		}
		folder = up
	}
}

// closure is every installed package that the folder's package depends on, by itself or through others, in no order.
// Packages that are merely installed beside them are not in it.
func closure(folder string) ([]*manifest, error) {
	root, err := nearest(folder)
	if err != nil {
		return nil, err
	}
	var all []*manifest
	seen := map[string]bool{root.folder: true}
	for todo := []*manifest{root}; len(todo) > 0; todo = todo[1:] {
		for name := range todo[0].Dependencies {
			if found := installed(todo[0].folder, name); found != nil && !seen[found.folder] {
				seen[found.folder] = true
				all, todo = append(all, found), append(todo, found)
			}
		}
	}
	return all, nil
}
