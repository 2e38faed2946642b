package plugin

import (
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

func TestAPreviewTellsOfAFieldThatTheServerDoesNotKnow(t *testing.T) {
	unknown := apierrors.NewBadRequest(`ConfigMap in version "v1" cannot be handled as a ConfigMap: ` +
		`strict decoding error: unknown field "dta"`)
	if previewCannotTell(unknown) {
		t.Error("an unknown field is left to the update")
	}
	if !previewCannotTell(apierrors.NewBadRequest("the namespace comes later")) {
		t.Error("what may be different for earnest fails the preview")
	}
}
