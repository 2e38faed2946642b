package k3s

import (
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
	"time"
)

// settings are the values of a command's options: flags over the configuration files over the environment over the defaults.
type settings struct {
	command string
	known   map[string]*option
	values  map[string][]string
}

// parseSettings reads the arguments after `k3s server` or `k3s agent`, the configuration files and the environment.
// Anything that release does not know is an error. k3s itself only warns of unknown keys in a file; here a typing mistake must not pass.
func parseSettings(command string, args []string, environment func(string) string) (*settings, error) {
	s := &settings{command: command, known: optionsOf(command), values: map[string][]string{}}
	flags, err := s.parseFlags(args)
	if err != nil {
		return nil, err
	}
	fromEnvironment := map[string][]string{}
	for _, o := range s.known {
		if o.environment == "" {
			continue
		}
		if value := environment(o.environment); value != "" {
			fromEnvironment[o.name] = []string{value}
		}
	}
	merge(s.values, fromEnvironment)
	merge(s.values, only(flags, "config"))
	file := s.text("config")
	_, named := s.values["config"]
	fromFiles, err := s.readFiles(file, named)
	if err != nil {
		return nil, err
	}
	merge(s.values, fromFiles)
	merge(s.values, flags)
	return s, s.check()
}

func merge(into, from map[string][]string) {
	for name, values := range from {
		into[name] = values
	}
}

func only(values map[string][]string, name string) map[string][]string {
	if v, ok := values[name]; ok {
		return map[string][]string{name: v}
	}
	return nil
}

// parseFlags understands -f v, -f=v, --flag v, --flag=v and bare switches, as k3s's parser does.
func (s *settings) parseFlags(args []string) (map[string][]string, error) {
	found := map[string][]string{}
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if !strings.HasPrefix(arg, "-") || arg == "-" || arg == "--" {
			return nil, fmt.Errorf("unexpected argument %q", arg)
		}
		name, value, hasValue := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		o, ok := s.known[name]
		if !ok {
			return nil, fmt.Errorf("flag provided but not defined: -%s", name)
		}
		if !hasValue && o.kind == kindBool {
			value = "true"
		} else if !hasValue {
			if i+1 >= len(args) {
				return nil, fmt.Errorf("flag needs an argument: -%s", name)
			}
			i++
			value = args[i]
		}
		if o.kind == kindList {
			found[o.name] = append(found[o.name], value)
		} else {
			found[o.name] = []string{value}
		}
	}
	return found, nil
}

// check reports values of the wrong type.
func (s *settings) check() error {
	for name, values := range s.values {
		for _, value := range values {
			var err error
			switch s.known[name].kind {
			case kindBool:
				_, err = strconv.ParseBool(value)
			case "int":
				_, err = strconv.Atoi(value)
			case "duration":
				_, err = time.ParseDuration(value)
			}
			if err != nil {
				return fmt.Errorf("invalid value %q for flag -%s: %w", value, name, err)
			}
		}
	}
	return nil
}

// text is an option's value, or its default.
func (s *settings) text(name string) string {
	o, ok := s.known[name]
	if !ok {
		return ""
	}
	if values := s.values[name]; len(values) > 0 {
		return values[len(values)-1]
	}
	return o.standard
}

// texts are an option's values. k3s takes commas as well as repetition in lists of addresses and names: `split` says so.
func (s *settings) texts(name string, split bool) []string {
	o, ok := s.known[name]
	if !ok {
		return nil
	}
	values := s.values[name]
	if len(values) == 0 && o.standard != "" {
		values = []string{o.standard}
	}
	if !split {
		return values
	}
	var parts []string
	for _, value := range values {
		for _, part := range strings.Split(value, ",") {
			if part = strings.TrimSpace(part); part != "" {
				parts = append(parts, part)
			}
		}
	}
	return parts
}

func (s *settings) flag(name string) bool {
	value, _ := strconv.ParseBool(s.text(name))
	return value
}

func (s *settings) number(name string) int {
	value, _ := strconv.Atoi(s.text(name))
	return value
}

// secret is the value of an option that may also be given as a file: `name`, or the content of what `name`-file names.
func (s *settings) secret(name string) (string, error) {
	if value := s.text(name); value != "" {
		return value, nil
	}
	file := s.text(name + "-file")
	if file == "" {
		return "", nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("failed to read the %s: %w", strings.ReplaceAll(name, "-", " "), err)
	}
	return strings.TrimSpace(string(content)), nil
}

// notPlayed are the options that were given and that this stand-in accepts without acting on them.
func (s *settings) notPlayed() []string {
	var names []string
	for name := range s.values {
		if !s.known[name].played {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}
