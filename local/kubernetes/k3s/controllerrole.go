package k3s

import (
	"context"
	"reflect"

	rbac "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// controllerUser is who k3s's own controllers are on every node: flannel and the network policy controller. A kubelet may not look at
// other nodes and their pods.
const controllerUser = "system:k3s-controller"

var controllerRules = []rbac.PolicyRule{
	{APIGroups: []string{""}, Resources: []string{"nodes", "pods", "namespaces"}, Verbs: []string{"get", "list", "watch"}},
	{APIGroups: []string{"networking.k8s.io"}, Resources: []string{"networkpolicies"}, Verbs: []string{"list", "watch"}},
}

// keepControllerRole lets that user read what it needs.
func (s *server) keepControllerRole(ctx context.Context) error {
	roles := s.kubernetes.RbacV1().ClusterRoles()
	meta := metav1.ObjectMeta{Name: controllerUser}
	role, err := roles.Get(ctx, controllerUser, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		_, err = roles.Create(ctx, &rbac.ClusterRole{ObjectMeta: meta, Rules: controllerRules}, metav1.CreateOptions{})
	case err == nil && !reflect.DeepEqual(role.Rules, controllerRules):
		role.Rules = controllerRules
		_, err = roles.Update(ctx, role, metav1.UpdateOptions{})
	}
	if err != nil && !apierrors.IsAlreadyExists(err) && !apierrors.IsConflict(err) {
		return err
	}
	bindings := s.kubernetes.RbacV1().ClusterRoleBindings()
	if _, err := bindings.Get(ctx, controllerUser, metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		return err
	}
	_, err = bindings.Create(ctx, &rbac.ClusterRoleBinding{
		ObjectMeta: meta, RoleRef: rbac.RoleRef{APIGroup: rbac.GroupName, Kind: "ClusterRole", Name: controllerUser},
		Subjects: []rbac.Subject{{APIGroup: rbac.GroupName, Kind: "User", Name: controllerUser}},
	}, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}
