// Package cluster talks to one Kubernetes API server: any kind, by its dynamic client.
package cluster

import (
	"context"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"

	"estate/local/engine/kubernetes/object"
)

// Cluster is a reachable API server. What it knows of kinds is kept until Reset.
type Cluster struct {
	dynamic dynamic.Interface
	mapper  *restmapper.DeferredDiscoveryRESTMapper
}

// Connect asks the server for its kinds once; an error means that it cannot be worked with.
func Connect(config *rest.Config) (*Cluster, error) {
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	discoverer, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return nil, err
	}
	cached := memory.NewMemCacheClient(discoverer)
	if _, err := cached.ServerGroups(); err != nil {
		return nil, err
	}
	return &Cluster{client, restmapper.NewDeferredDiscoveryRESTMapper(cached)}, nil
}

// Reset forgets what kinds there are.
func (c *Cluster) Reset() { c.mapper.Reset() }

// Has says whether the server knows the kind now.
func (c *Cluster) Has(gvk schema.GroupVersionKind) bool {
	_, err := c.mapping(gvk)
	return err == nil
}

// Namespaced says whether objects of the kind live in namespaces. A kind the server does not know yet is most likely
// a custom resource whose definition comes in the same update, and most of these do.
func (c *Cluster) Namespaced(gvk schema.GroupVersionKind) (bool, error) {
	mapping, err := c.mapping(gvk)
	if meta.IsNoMatchError(err) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	return mapping.Scope.Name() == meta.RESTScopeNameNamespace, nil
}

func (c *Cluster) mapping(gvk schema.GroupVersionKind) (*meta.RESTMapping, error) {
	return c.mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
}

// For answers the client for an object: of its kind, in its namespace.
func (c *Cluster) For(o *object.Unstructured) (dynamic.ResourceInterface, error) {
	mapping, err := c.mapping(o.GroupVersionKind())
	if err != nil {
		return nil, err
	}
	client := c.dynamic.Resource(mapping.Resource)
	if mapping.Scope.Name() != meta.RESTScopeNameNamespace {
		return client, nil
	}
	namespace := o.GetNamespace()
	if namespace == "" {
		namespace = metav1.NamespaceDefault
	}
	return client.Namespace(namespace), nil
}

// List reads objects of one of Kubernetes' own kinds in a namespace.
func (c *Cluster) List(
	ctx context.Context, resource schema.GroupVersionResource, namespace, labels string,
) ([]object.Unstructured, error) {
	list, err := c.dynamic.Resource(resource).Namespace(namespace).List(ctx, metav1.ListOptions{LabelSelector: labels})
	if err != nil {
		return nil, err
	}
	return list.Items, nil
}

// Get reads one object of one of Kubernetes' own kinds.
func (c *Cluster) Get(
	ctx context.Context, resource schema.GroupVersionResource, namespace, name string,
) (*object.Unstructured, error) {
	return c.dynamic.Resource(resource).Namespace(namespace).Get(ctx, name, metav1.GetOptions{})
}

// pauses are those between the tries of Patiently.
var pauses = []time.Duration{
	500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 0,
}

// Patiently tries again while what an object needs (its namespace, its definition) is not there yet, because the
// resources of a program are not always ordered. `retrying` is told why.
func (c *Cluster) Patiently(ctx context.Context, retrying func(error), try func() error) error {
	var err error
	for _, pause := range pauses {
		if err = try(); err == nil || !(apierrors.IsNotFound(err) || meta.IsNoMatchError(err)) {
			return err
		}
		if meta.IsNoMatchError(err) {
			c.Reset()
		}
		if pause > 0 {
			retrying(err)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return err
}
