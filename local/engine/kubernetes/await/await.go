// Package await waits until an object does what it is for, or is gone, and says what it waits for meanwhile.
package await

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"

	"estate/local/engine/kubernetes/cluster"
	"estate/local/engine/kubernetes/object"
)

// again is how often an object is looked at although nothing was heard of it: its pods change without it.
const again = time.Second

// Verdict is what a look at an object says.
type Verdict struct {
	// Ready: there is nothing to wait for.
	Ready bool
	// Failed: waiting is of no use.
	Failed bool
	// Reasons say what is missing, the most telling one first.
	Reasons []string
}

func ready() Verdict { return Verdict{Ready: true} }

func missing(reasons ...string) Verdict { return Verdict{Reasons: reasons} }

func failed(reasons ...string) Verdict { return Verdict{Failed: true, Reasons: reasons} }

// NotReady is the error of an object that exists but did not become what it is for.
type NotReady struct {
	// Object as it was seen last; nil where the server could not be asked.
	Object  *object.Unstructured
	message string
	// Reasons are told one by one.
	Reasons []string
}

func (e *NotReady) Error() string {
	if len(e.Reasons) == 0 {
		return e.message
	}
	return e.message + ": " + strings.Join(e.Reasons, "; ")
}

// Waiter waits for the objects of one cluster.
type Waiter struct {
	Cluster *cluster.Cluster
	// Say tells the operator what is waited for now.
	Say func(string)
}

// Until looks at an object with `look`, whenever it changes and every second, until it is ready, has failed, the time
// is over, or the operator cancels.
func (w Waiter) Until(
	ctx context.Context, client dynamic.ResourceInterface, o *object.Unstructured, timeout time.Duration,
	look func(context.Context, *object.Unstructured) Verdict,
) (*object.Unstructured, error) {
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	events := follow(limited, client, o)
	ticker := time.NewTicker(again)
	defer ticker.Stop()
	name, said := object.ID(o), ""
	for {
		verdict := look(limited, o)
		reason := strings.Join(verdict.Reasons, "; ")
		switch {
		case limited.Err() != nil: // what was seen is cut short by the end of the time
		case verdict.Ready:
			return o, nil
		case verdict.Failed:
			return nil, &NotReady{o, fmt.Sprintf("%s %q failed", o.GetKind(), name), verdict.Reasons}
		case reason != said:
			said = reason
			w.Say(reason)
		}
		select {
		case next := <-events:
			if next == nil {
				return nil, &NotReady{o, fmt.Sprintf("%s %q was deleted", o.GetKind(), name), nil}
			}
			o = next
		case <-ticker.C:
		case <-limited.Done():
			message := fmt.Sprintf("%s %q was not ready after %s", o.GetKind(), name, timeout)
			if errors.Is(ctx.Err(), context.Canceled) {
				message = fmt.Sprintf("waiting for %s %q was cancelled", o.GetKind(), name)
			}
			return nil, &NotReady{o, message, split(said)}
		}
	}
}

func split(said string) []string {
	if said == "" {
		return nil
	}
	return strings.Split(said, "; ")
}

// follow sends the object whenever it changes, and nil when it is gone. A watch that breaks is taken up again.
func follow(ctx context.Context, client dynamic.ResourceInterface, o *object.Unstructured) <-chan *object.Unstructured {
	events := make(chan *object.Unstructured)
	send := func(o *object.Unstructured) bool {
		select {
		case events <- o:
			return true
		case <-ctx.Done():
			return false
		}
	}
	go func() {
		for ctx.Err() == nil {
			live, err := client.Get(ctx, o.GetName(), metav1.GetOptions{})
			switch {
			case apierrors.IsNotFound(err), err == nil && live.GetUID() != o.GetUID():
				send(nil)
				return
			case err == nil && send(live):
				if watchOnce(ctx, client, live, send) {
					return
				}
			}
			select {
			case <-time.After(again):
			case <-ctx.Done():
			}
		}
	}()
	return events
}

// watchOnce answers whether there is nothing more to follow.
func watchOnce(
	ctx context.Context, client dynamic.ResourceInterface, live *object.Unstructured, send func(*object.Unstructured) bool,
) bool {
	watcher, err := client.Watch(ctx, metav1.ListOptions{
		FieldSelector:   fields.OneTermEqualSelector("metadata.name", live.GetName()).String(),
		ResourceVersion: live.GetResourceVersion(),
	})
	if err != nil {
		return false
	}
	defer watcher.Stop()
	for event := range watcher.ResultChan() {
		changed, ok := event.Object.(*object.Unstructured)
		switch {
		case !ok || event.Type == watch.Error:
			return false
		case event.Type == watch.Deleted:
			send(nil)
			return true
		case event.Type == watch.Added || event.Type == watch.Modified:
			if !send(changed) {
				return true
			}
		}
	}
	return false
}
