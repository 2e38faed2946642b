package provider

import (
	"context"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/structpb"
)

// bridge answers as a newer bridge does.
type bridge struct {
	pulumirpc.UnimplementedResourceProviderServer
	failed bool
}

func state() *structpb.Struct {
	return &structpb.Struct{Fields: map[string]*structpb.Value{
		"name": structpb.NewStringValue("a"), rawStateDelta: structpb.NewStringValue("b")}}
}

func (b *bridge) Create(context.Context, *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	if !b.failed {
		return &pulumirpc.CreateResponse{Properties: state()}, nil
	}
	said, err := status.New(codes.Unknown, "no host").WithDetails(
		&pulumirpc.ErrorResourceInitFailed{Id: "1", Properties: state(), Reasons: []string{"no host"}})
	if err != nil {
		return nil, err
	}
	return nil, said.Err()
}

func (b *bridge) Read(context.Context, *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	return &pulumirpc.ReadResponse{Properties: state()}, nil
}

func (b *bridge) Update(context.Context, *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	return &pulumirpc.UpdateResponse{Properties: state()}, nil
}

func TestStatesAreThoseOfTheOfficialPlugin(t *testing.T) {
	ctx, server := context.Background(), &server{&bridge{}}
	created, _ := server.Create(ctx, &pulumirpc.CreateRequest{})
	read, _ := server.Read(ctx, &pulumirpc.ReadRequest{})
	updated, _ := server.Update(ctx, &pulumirpc.UpdateRequest{})
	for what, got := range map[string]*structpb.Struct{
		"create": created.Properties, "read": read.Properties, "update": updated.Properties, "failure": failure(t)} {
		if len(got.Fields) != 1 || got.Fields["name"].GetStringValue() != "a" {
			t.Errorf("%s: %v", what, got)
		}
	}
}

// failure is the state that comes with a resource that was made and is not well.
func failure(t *testing.T) *structpb.Struct {
	t.Helper()
	_, err := (&server{&bridge{failed: true}}).Create(context.Background(), &pulumirpc.CreateRequest{})
	said := status.Convert(err)
	if said.Message() != "no host" || len(said.Details()) != 1 {
		t.Fatal(err)
	}
	failed := said.Details()[0].(*pulumirpc.ErrorResourceInitFailed)
	if failed.Id != "1" || len(failed.Reasons) != 1 {
		t.Errorf("%v", failed)
	}
	return failed.Properties
}
