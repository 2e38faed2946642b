package kubelet

import (
	"context"
	"encoding/json"

	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// RunsCondition of a pod tells whether its programs run. Where they do not, its message tells why.
const RunsCondition v1.PodConditionType = "estate.local/Runs"

// tellPlayed writes into the status of a pod that is played why it is. Who plays it has begun then, and is not disturbed.
func (k *Kubelet) tellPlayed(ctx context.Context, pod *v1.Pod, why string) {
	if pod.Status.PodIP == "" || conditionOf(pod.Status.Conditions, RunsCondition) != nil {
		return
	}
	condition := v1.PodCondition{Type: RunsCondition, Status: v1.ConditionFalse, Reason: "Played", Message: why, LastTransitionTime: metav1.Now()}
	patch, err := json.Marshal(map[string]any{
		"metadata": map[string]any{"uid": pod.UID},
		"status":   map[string]any{"conditions": []v1.PodCondition{condition}},
	})
	if err == nil {
		_, err = k.Client.CoreV1().Pods(pod.Namespace).Patch(ctx, pod.Name, types.StrategicMergePatchType, patch, metav1.PatchOptions{}, "status")
	}
	// its next change is another opportunity
	if err != nil && ctx.Err() == nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) {
		k.Log("[pod " + pod.Namespace + "/" + pod.Name + "] it cannot be told that it is played: " + err.Error())
	}
}
