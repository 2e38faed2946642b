package await

import (
	"context"
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"estate/local/engine/kubernetes/object"
)

// job waits until the work is done; a failed job fails at once.
func job(w Waiter, ctx context.Context, o *object.Unstructured) Verdict {
	verdict := judgeJob(o)
	if verdict.Ready {
		return verdict
	}
	items, err := w.Cluster.List(ctx, pods, o.GetNamespace(), selectorOf(o))
	if err == nil {
		verdict.Reasons = append(verdict.Reasons, podReasons(items)...)
	}
	return verdict
}

func judgeJob(o *object.Unstructured) Verdict {
	j := &batchv1.Job{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, j); err != nil {
		return missing(err.Error())
	}
	for _, condition := range j.Status.Conditions {
		if condition.Status != corev1.ConditionTrue {
			continue
		}
		switch condition.Type {
		case batchv1.JobComplete, batchv1.JobSuspended:
			return ready()
		case batchv1.JobFailed:
			return failed(because(condition.Reason, condition.Message))
		}
	}
	wanted := int32(1)
	if j.Spec.Completions != nil {
		wanted = *j.Spec.Completions
	}
	return missing(fmt.Sprintf("%d of %d runs succeeded, %d active, %d failed",
		j.Status.Succeeded, wanted, j.Status.Active, j.Status.Failed))
}
