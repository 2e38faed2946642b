package await

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/util/jsonpath"

	"estate/local/engine/kubernetes/object"
)

// conditions are what the annotation pulumi.com/waitFor asks for; all must hold.
type conditions []condition

type condition struct {
	text  string
	holds func(*object.Unstructured) (bool, error)
}

func (c conditions) look(_ Waiter, _ context.Context, o *object.Unstructured) Verdict {
	var reasons []string
	for _, condition := range c {
		holds, err := condition.holds(o)
		switch {
		case err != nil:
			reasons = append(reasons, fmt.Sprintf("%s: %v", condition.text, err))
		case !holds:
			reasons = append(reasons, "waiting for "+condition.text)
		}
	}
	return Verdict{Ready: len(reasons) == 0, Reasons: reasons}
}

// parseConditions reads one expression, or a JSON list of them, in kubectl's form: `jsonpath={.status.phase}=Running`,
// `condition=Ready`, `condition=Ready=False`.
func parseConditions(annotation string) (conditions, error) {
	var texts []string
	if json.Unmarshal([]byte(annotation), &texts) != nil {
		texts = []string{annotation}
	}
	if len(texts) == 0 {
		return nil, fmt.Errorf("%s: at least one condition must be specified", object.WaitFor)
	}
	var all conditions
	for _, text := range texts {
		parsed, err := parseCondition(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", object.WaitFor, err)
		}
		all = append(all, parsed)
	}
	return all, nil
}

func parseCondition(text string) (condition, error) {
	if expression, ok := strings.CutPrefix(text, "jsonpath="); ok {
		return parseJSONPath(text, expression)
	}
	if expression, ok := strings.CutPrefix(text, "condition="); ok {
		name, wanted, given := strings.Cut(expression, "=")
		if !given {
			wanted = "True"
		}
		return condition{text, func(o *object.Unstructured) (bool, error) {
			return conditionIs(o, name, wanted), nil
		}}, nil
	}
	return condition{}, fmt.Errorf(`expected a "jsonpath=" or "condition=" prefix, got %q`, text)
}

func parseJSONPath(text, expression string) (condition, error) {
	end := strings.LastIndex(expression, "}")
	if !strings.HasPrefix(expression, "{") || end < 0 {
		return condition{}, fmt.Errorf("%q: a JSONPath is written in braces", text)
	}
	template, rest := expression[:end+1], expression[end+1:]
	wanted, given := strings.CutPrefix(rest, "=")
	if rest != "" && (!given || wanted == "") {
		return condition{}, fmt.Errorf("%q: after the JSONPath comes nothing, or = and a value", text)
	}
	path := jsonpath.New("waitFor").AllowMissingKeys(true)
	if err := path.Parse(template); err != nil {
		return condition{}, err
	}
	return condition{text, func(o *object.Unstructured) (bool, error) {
		var found bytes.Buffer
		if err := path.Execute(&found, o.Object); err != nil {
			return false, err
		}
		if !given {
			return found.Len() > 0, nil
		}
		return strings.TrimSpace(found.String()) == strings.Trim(wanted, `"'`), nil
	}}, nil
}

func conditionIs(o *object.Unstructured, name, wanted string) bool {
	entries, _, _ := unstructured.NestedSlice(o.Object, "status", "conditions")
	for _, entry := range entries {
		found, _ := entry.(map[string]any)
		if kind, _ := found["type"].(string); strings.EqualFold(kind, name) {
			value, _ := found["status"].(string)
			return strings.EqualFold(value, wanted)
		}
	}
	return false
}
