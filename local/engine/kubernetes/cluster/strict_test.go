package cluster

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"estate/local/engine/kubernetes/object"
)

func misspelt() *object.Unstructured {
	return &object.Unstructured{Object: map[string]any{
		"apiVersion": "apps/v1", "kind": "Deployment", "metadata": map[string]any{"name": "web", "namespace": "estate"},
		"spec": map[string]any{"replica": int64(2)},
	}}
}

const words = `Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: ` +
	`unknown field "spec.replica"`

// lenient takes a misspelt object as API servers do, without the field, unless it is asked to be strict.
func lenient(t *testing.T) dynamic.ResourceInterface {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, request *http.Request) {
		answer.Header().Set("Content-Type", "application/json")
		if request.URL.Query().Get("fieldValidation") == metav1.FieldValidationStrict {
			status := apierrors.NewBadRequest(words).ErrStatus
			status.TypeMeta = metav1.TypeMeta{APIVersion: "v1", Kind: "Status"}
			answer.WriteHeader(http.StatusBadRequest)
			_ = json.NewEncoder(answer).Encode(status)
			return
		}
		taken := misspelt()
		delete(taken.Object, "spec")
		_ = json.NewEncoder(answer).Encode(taken.Object)
	}))
	t.Cleanup(server.Close)
	client, err := dynamic.NewForConfig(&rest.Config{Host: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	deployments := schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}
	return client.Resource(deployments).Namespace("estate")
}

func TestAFieldThatTheServerDoesNotKnowIsAnError(t *testing.T) {
	ctx, client, write := context.Background(), lenient(t), Write{Manager: "someone"}
	live := misspelt()
	delete(live.Object, "spec")
	for name, try := range map[string]func() (*object.Unstructured, error){
		"create":  func() (*object.Unstructured, error) { return Create(ctx, client, misspelt(), write) },
		"apply":   func() (*object.Unstructured, error) { return Apply(ctx, client, misspelt(), write) },
		"replace": func() (*object.Unstructured, error) { return Replace(ctx, client, misspelt(), live, write) },
		"patch":   func() (*object.Unstructured, error) { return Patch(ctx, client, live, misspelt(), live, write) },
	} {
		if made, err := try(); err == nil || !strings.Contains(err.Error(), `unknown field "spec.replica"`) {
			t.Errorf("%s: got %v, %v", name, made, err)
		} else if !IsUnknownField(err) {
			t.Errorf("%s: not taken for an unknown field: %v", name, err)
		}
	}
	if IsUnknownField(apierrors.NewBadRequest("namespace is terminating")) {
		t.Error("another bad request is taken for an unknown field")
	}
}
