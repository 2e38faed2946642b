package k3s

import (
	"context"
	"math/rand/v2"
	"time"

	coordination "k8s.io/api/coordination/v1"
	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// renewLease keeps the node's Lease fresh, by which the cluster sees that the host lives.
func (n *node) renewLease(ctx context.Context) {
	var known *coordination.Lease
	failing := false
	for {
		limited, cancel := context.WithTimeout(ctx, leasePeriod)
		lease, err := n.renewOnce(limited, known)
		cancel()
		known = lease
		if err != nil && ctx.Err() == nil {
			failure("Failed to update lease: %v", err)
			estateReason(sentenceOf(err, n.agent.server))
			known, failing = nil, true
		} else if err == nil && failing {
			failing = false
			estateReady("the node " + n.agent.host.name + " reaches the cluster again")
		}
		if sleep(ctx, leasePeriod+time.Duration(rand.Int64N(int64(leasePeriod/25)))) != nil {
			return
		}
	}
}

func (n *node) renewOnce(ctx context.Context, known *coordination.Lease) (*coordination.Lease, error) {
	leases := n.client.CoordinationV1().Leases(v1.NamespaceNodeLease)
	name, seconds, now := n.agent.host.name, int32(40), metav1.NewMicroTime(time.Now())
	if known == nil {
		found, err := leases.Get(ctx, name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			node, err := n.client.CoreV1().Nodes().Get(ctx, name, metav1.GetOptions{})
			if err != nil {
				return nil, err
			}
			return leases.Create(ctx, &coordination.Lease{
				ObjectMeta: metav1.ObjectMeta{Name: name, OwnerReferences: []metav1.OwnerReference{{APIVersion: "v1", Kind: "Node", Name: name, UID: node.UID}}},
				Spec:       coordination.LeaseSpec{HolderIdentity: &name, LeaseDurationSeconds: &seconds, RenewTime: &now},
			}, metav1.CreateOptions{})
		} else if err != nil {
			return nil, err
		}
		known = found
	}
	fresh := known.DeepCopy()
	fresh.Spec.HolderIdentity, fresh.Spec.LeaseDurationSeconds, fresh.Spec.RenewTime = &name, &seconds, &now
	return leases.Update(ctx, fresh, metav1.UpdateOptions{})
}
