package await

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"estate/local/engine/kubernetes/object"
)

// Deleted waits until an object that was told to go is gone.
func (w Waiter) Deleted(
	ctx context.Context, client dynamic.ResourceInterface, inputs, o *object.Unstructured, customSeconds float64,
) error {
	if object.SkipsDeletion(inputs) {
		return nil
	}
	timeout := object.Timeout(customSeconds, inputs, long)
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	events := follow(limited, client, o)
	said := ""
	for {
		select {
		case next := <-events:
			if next == nil {
				return nil
			}
			o = next
			if reason := strings.Join(lingering(o), "; "); reason != said {
				said = reason
				w.Say(reason)
			}
		case <-limited.Done():
			return stillThere(ctx, client, o, timeout)
		}
	}
}

// stillThere looks once more, with a context of its own: the time is over, but the object may be gone.
func stillThere(
	ctx context.Context, client dynamic.ResourceInterface, o *object.Unstructured, timeout time.Duration,
) error {
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	live, err := client.Get(last, o.GetName(), metav1.GetOptions{})
	if apierrors.IsNotFound(err) || err == nil && live.GetUID() != o.GetUID() {
		return nil
	}
	if err == nil {
		o = live
	}
	message := fmt.Sprintf("Timed out waiting for deletion of %s %q after %s", o.GetKind(), object.ID(o), timeout)
	if errors.Is(ctx.Err(), context.Canceled) {
		message = fmt.Sprintf("waiting for the deletion of %s %q was cancelled", o.GetKind(), object.ID(o))
	}
	return &NotReady{o, message, lingering(o)}
}

// lingering says what keeps an object that was told to go.
func lingering(o *object.Unstructured) []string {
	var reasons []string
	if finalizers := o.GetFinalizers(); len(finalizers) > 0 {
		reasons = append(reasons, "finalizers remain: "+strings.Join(finalizers, ", "))
	}
	entries, _, _ := unstructured.NestedSlice(o.Object, "status", "conditions")
	for _, entry := range entries {
		condition, _ := entry.(map[string]any)
		kind, _ := condition["type"].(string)
		if o.GetKind() == "Namespace" && condition["status"] == "True" && strings.HasPrefix(kind, "Namespace") {
			reasons = append(reasons, fmt.Sprint(condition["message"]))
		}
	}
	if replicas, found, _ := unstructured.NestedInt64(o.Object, "status", "replicas"); found && replicas > 0 {
		reasons = append(reasons, fmt.Sprintf("%d replicas remain", replicas))
	}
	if len(reasons) == 0 {
		reasons = append(reasons, "it still exists")
	}
	return reasons
}
