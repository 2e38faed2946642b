package await

import (
	"context"
	"os"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"

	"estate/local/engine/kubernetes/object"
)

// looker judges one kind. The context bounds what it asks the server for.
type looker struct {
	look    func(Waiter, context.Context, *object.Unstructured) Verdict
	timeout time.Duration
	// reads: a refresh judges it too, and notes in the state when it is not ready
	reads bool
}

const long, short = 10 * time.Minute, 5 * time.Minute

// kinds that are waited for, in every version.
var kinds = map[schema.GroupKind]looker{
	{Group: "apps", Kind: "Deployment"}:  {workload, long, true},
	{Group: "apps", Kind: "StatefulSet"}: {workload, long, true},
	{Group: "apps", Kind: "DaemonSet"}:   {workload, long, true},
	{Group: "batch", Kind: "Job"}:        {job, long, true},
	{Kind: "Pod"}:                        {pod, long, true},
	{Kind: "ReplicationController"}:      {replicationController, short, false},
	{Kind: "Service"}:                    {service, long, true},
	{Kind: "PersistentVolume"}:           {persistentVolume, short, false},
	{Kind: "PersistentVolumeClaim"}:      {persistentVolumeClaim, short, false},
	{Kind: "Secret"}:                     {secret, short, false},

	{Group: "networking.k8s.io", Kind: "Ingress"}:                     {ingress, long, true},
	{Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition"}: {generic, time.Minute, false},
}

// lookerFor answers how an object is judged; none where it is ready as soon as it exists.
func lookerFor(inputs, live *object.Unstructured) (looker, bool, error) {
	if object.Annotation(inputs, object.SkipAwait) == "true" {
		return looker{}, false, nil
	}
	if expression := object.Annotation(inputs, object.WaitFor); expression != "" {
		conditions, err := parseConditions(expression)
		return looker{conditions.look, long, false}, true, err
	}
	if kind, ok := kinds[live.GroupVersionKind().GroupKind()]; ok {
		return kind, true, nil
	}
	return looker{generic, long, false}, os.Getenv("PULUMI_K8S_AWAIT_ALL") == "true", nil
}

// Ready waits for an object that was just written. It answers the object as it was seen last.
func (w Waiter) Ready(
	ctx context.Context, client dynamic.ResourceInterface, inputs, live *object.Unstructured, customSeconds float64,
) (*object.Unstructured, error) {
	kind, waits, err := lookerFor(inputs, live)
	if err != nil {
		return nil, &NotReady{live, err.Error(), nil}
	}
	if !waits {
		return live, nil
	}
	return w.Until(ctx, client, live, object.Timeout(customSeconds, inputs, kind.timeout),
		func(ctx context.Context, o *object.Unstructured) Verdict { return kind.look(w, ctx, o) })
}

// Now judges an object without waiting: what a refresh finds.
func (w Waiter) Now(ctx context.Context, inputs, live *object.Unstructured) error {
	kind, waits, err := lookerFor(inputs, live)
	if err != nil || !waits || !kind.reads {
		return nil
	}
	if verdict := kind.look(w, ctx, live); !verdict.Ready {
		return &NotReady{live, live.GetKind() + " \"" + object.ID(live) + "\" is not ready", verdict.Reasons}
	}
	return nil
}

// generic judges by the conventions most kinds follow: observedGeneration and conditions.
func generic(_ Waiter, _ context.Context, o *object.Unstructured) Verdict {
	result, err := status.Compute(o)
	switch {
	case err != nil:
		return missing(err.Error())
	case result.Status == status.CurrentStatus:
		return ready()
	}
	return missing(result.Message)
}
