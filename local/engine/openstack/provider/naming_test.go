package provider

import (
	"context"
	"regexp"
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"
)

const urn = "urn:pulumi:test::estate::openstack:images/image:Image::coreos"

func plugged(t *testing.T) pulumirpc.ResourceProviderServer {
	t.Helper()
	server, err := New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return server
}

func message(t *testing.T, properties map[string]any) *structpb.Struct {
	t.Helper()
	made, err := plugin.MarshalProperties(resource.NewPropertyMapFromMap(properties), plugin.MarshalOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func image(more map[string]any) map[string]any {
	properties := map[string]any{
		"containerFormat": "bare", "diskFormat": "raw", "localFilePath": "/image", "minDiskGb": 1}
	for name, value := range more {
		properties[name] = value
	}
	return properties
}

// checked is what the engine would keep as the inputs of a resource.
func checked(t *testing.T, server pulumirpc.ResourceProviderServer, properties map[string]any) *structpb.Struct {
	t.Helper()
	answer, err := server.Check(context.Background(), &pulumirpc.CheckRequest{
		Urn: urn, News: message(t, properties), RandomSeed: []byte("the engine gives one a resource!")})
	if err != nil {
		t.Fatal(err)
	}
	if len(answer.Failures) > 0 {
		t.Fatal(answer.Failures)
	}
	return answer.Inputs
}

func TestANameIsMadeUpAsTheOfficialPluginDoes(t *testing.T) {
	got := checked(t, plugged(t), image(nil)).Fields["name"].GetStringValue()
	if !regexp.MustCompile(`^coreos-[0-9a-f]{7}$`).MatchString(got) {
		t.Errorf("name is %q", got)
	}
}

// Decisions A2: a replaced resource with a name of its own is deleted before its successor is made.
func TestReplacementOfTheNamedDeletesFirst(t *testing.T) {
	for _, one := range []struct {
		named bool
		first bool
	}{{true, true}, {false, false}} {
		server := plugged(t)
		more := map[string]any{}
		if one.named {
			more["name"] = "coreos"
		}
		before := checked(t, server, image(more))
		more["diskFormat"] = "qcow2"
		answer, err := server.Diff(context.Background(), &pulumirpc.DiffRequest{
			Id: "1", Urn: urn, OldInputs: before, Olds: before,
			News: func() *structpb.Struct {
				next := checked(t, server, image(more))
				if !one.named {
					next.Fields["name"] = before.Fields["name"]
					next.Fields["__defaults"] = before.Fields["__defaults"]
				}
				return next
			}(),
		})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(answer.Replaces, "diskFormat") || answer.DeleteBeforeReplace != one.first {
			t.Errorf("named %v: replaces %v, deletes first %v", one.named, answer.Replaces, answer.DeleteBeforeReplace)
		}
	}
}

func TestSettingsComeFromTheEnvironmentAsInTheSDK(t *testing.T) {
	info, _ := served(t)
	for setting, variable := range map[string]string{"cloud": "OS_CLOUD", "region": "OS_REGION_NAME"} {
		if got := info.Config[setting]; got == nil || !slices.Equal(got.Default.EnvVars, []string{variable}) {
			t.Errorf("%s: %+v", setting, got)
		}
	}
}
