package k3s

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"sigs.k8s.io/yaml"
)

// readFiles reads config.yaml and then config.yaml.d/*.yaml in order. A later file replaces a key; `key+` adds to it.
func (s *settings) readFiles(file string, named bool) (map[string][]string, error) {
	files := []string{}
	if _, err := os.Stat(file); err == nil {
		files = append(files, file)
	} else if named {
		return nil, fmt.Errorf("failed to read the configuration file: %w", err)
	}
	for _, pattern := range []string{"*.yaml", "*.yml"} {
		more, err := filepath.Glob(filepath.Join(file+".d", pattern))
		if err != nil {
			return nil, err
		}
		sort.Strings(more)
		files = append(files, more...)
	}
	found := map[string][]string{}
	for _, f := range files {
		if err := s.readFile(f, found); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func (s *settings) readFile(file string, found map[string][]string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	content := map[string]any{}
	if err := yaml.UnmarshalStrict(text, &content); err != nil {
		return fmt.Errorf("%s is not valid YAML: %w", file, err)
	}
	keys := make([]string, 0, len(content))
	for key := range content {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	for _, key := range keys {
		name, adds := strings.CutSuffix(key, "+")
		o, ok := s.known[name]
		if !ok {
			return fmt.Errorf("the key %q in %s is unknown to k3s %s %s (flag provided but not defined: -%s)", key, file, s.command, Version, name)
		}
		values, err := textsOf(content[key])
		if err != nil {
			return fmt.Errorf("the key %q in %s: %w", key, file, err)
		}
		if len(values) > 1 && o.kind != kindList {
			return fmt.Errorf("the key %q in %s takes one value, not a list", key, file)
		}
		if adds {
			values = append(append([]string{}, found[o.name]...), values...)
		}
		if len(values) > 0 {
			found[o.name] = values
		}
	}
	return nil
}

func textsOf(value any) ([]string, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case []any:
		texts := []string{}
		for _, item := range v {
			more, err := textsOf(item)
			if err != nil {
				return nil, err
			}
			texts = append(texts, more...)
		}
		return texts, nil
	case map[string]any:
		return nil, fmt.Errorf("a value or a list is expected, not a map")
	case float64:
		return []string{strconv.FormatFloat(v, 'f', -1, 64)}, nil
	default:
		return []string{fmt.Sprint(v)}, nil
	}
}
