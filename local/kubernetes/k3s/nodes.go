package k3s

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

const (
	controlPlaneLabel     = "node-role.kubernetes.io/control-plane"
	etcdLabel             = "node-role.kubernetes.io/etcd"
	etcdNameAnnotation    = "etcd.k3s.cattle.io/node-name"
	etcdAddressAnnotation = "etcd.k3s.cattle.io/node-address"
	nodeFinalizer         = "wrangler.cattle.io/node"
	etcdFinalizer         = "wrangler.cattle.io/managed-etcd-controller"
)

// keepNodes gives this server's Node its roles, and works off what must happen before a deleted Node is gone: its
// password is forgotten and, if it was a server, its etcd member removed. Finalizers hold the Node until then.
// Every server does it for all Nodes but its own, which only the last server would do.
func (s *server) keepNodes(ctx context.Context, list []any) error {
	var errs []error
	nodes := nodesOf(list)
	for _, node := range nodes {
		switch {
		case node.DeletionTimestamp != nil && (node.Name != s.host.name || servers(nodes) == 1):
			errs = append(errs, describe(node, s.release(ctx, node)))
		case node.DeletionTimestamp != nil:
		case node.Name == s.host.name:
			errs = append(errs, describe(node, s.mark(ctx, node, []string{nodeFinalizer, etcdFinalizer}, map[string]string{controlPlaneLabel: "true", etcdLabel: "true"}, s.etcdAnnotations())))
		default:
			errs = append(errs, describe(node, s.mark(ctx, node, []string{nodeFinalizer}, nil, nil)))
		}
	}
	return errors.Join(errs...)
}

func servers(nodes []*v1.Node) int {
	count := 0
	for _, node := range nodes {
		if node.Labels[etcdLabel] == "true" {
			count++
		}
	}
	return count
}

// release does what a Node's finalizers wait for, and takes them off.
func (s *server) release(ctx context.Context, node *v1.Node) error {
	if has(node.Finalizers, etcdFinalizer) {
		if name := node.Annotations[etcdNameAnnotation]; name != "" {
			if err := s.member.remove(ctx, name); err != nil {
				return err
			}
		}
	}
	if has(node.Finalizers, nodeFinalizer) {
		if err := s.front.passwords.forget(ctx, node.Name); err != nil {
			return err
		}
	}
	left := []string{}
	for _, finalizer := range node.Finalizers {
		if finalizer != nodeFinalizer && finalizer != etcdFinalizer {
			left = append(left, finalizer)
		}
	}
	if len(left) == len(node.Finalizers) {
		return nil
	}
	err := s.patchNode(ctx, node, map[string]any{"finalizers": left, "resourceVersion": node.ResourceVersion})
	if apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
		return nil
	}
	return err
}

// mark adds what a Node lacks.
func (s *server) mark(ctx context.Context, node *v1.Node, finalizers []string, labels, annotations map[string]string) error {
	metadata := map[string]any{"resourceVersion": node.ResourceVersion}
	wanted := append([]string{}, node.Finalizers...)
	for _, finalizer := range finalizers {
		if !has(wanted, finalizer) {
			wanted = append(wanted, finalizer)
			metadata["finalizers"] = wanted
		}
	}
	for key, value := range labels {
		if node.Labels[key] != value {
			metadata["labels"] = labels
		}
	}
	for key, value := range annotations {
		if node.Annotations[key] != value {
			metadata["annotations"] = annotations
		}
	}
	if len(metadata) == 1 {
		return nil
	}
	err := s.patchNode(ctx, node, metadata)
	if apierrors.IsConflict(err) || apierrors.IsNotFound(err) {
		return nil // it has changed meanwhile; the change brings us here again
	}
	return err
}

func (s *server) patchNode(ctx context.Context, node *v1.Node, metadata map[string]any) error {
	patch, err := json.Marshal(map[string]any{"metadata": metadata})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	_, err = s.kubernetes.CoreV1().Nodes().Patch(ctx, node.Name, types.MergePatchType, patch, metav1.PatchOptions{})
	return err
}
