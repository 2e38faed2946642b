package provider

import (
	_ "embed"
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// Table says which token of the SDK each type of the Terraform provider goes by. It is derived: see ../derive.
type Table struct {
	Resources   map[string]Entry `json:"resources"`
	DataSources map[string]Entry `json:"dataSources"`
	// Config holds the settings, by their Terraform name, that the bridge would make otherwise.
	Config map[string]Override `json:"config,omitempty"`
}

// Entry is one resource or data source.
type Entry struct {
	Token string `json:"token"`
	// Properties holds those, by their Terraform name, that the bridge would make otherwise.
	Properties map[string]Override `json:"properties,omitempty"`
}

// Override says how the SDK has a property.
type Override struct {
	// Name is its name, if it is not what the bridge makes of the Terraform name.
	Name string `json:"name,omitempty"`
	// List is true when it stays a list although it holds at most one element.
	List bool `json:"list,omitempty"`
}

//go:embed table.json
var tableJSON []byte

//go:embed schema.json
var schemaJSON []byte

// ReadTable is the embedded table.
func ReadTable() (table Table, err error) {
	if err = json.Unmarshal(tableJSON, &table); err != nil {
		err = fmt.Errorf("table.json: %w", err)
	}
	return
}

// ReadSchema is the embedded schema of the package, rebuilt from the npm package's typings: see ../typings.
func ReadSchema() (spec schema.PackageSpec, err error) {
	if err = json.Unmarshal(schemaJSON, &spec); err != nil {
		err = fmt.Errorf("schema.json: %w", err)
	}
	return
}
