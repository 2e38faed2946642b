package main

import (
	"bytes"
	"os"
	"testing"
)

func TestTableIsWhatIsDerived(t *testing.T) {
	want, err := tableText()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../provider/table.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Fatal("provider/table.json is not what derive makes: run go run ./derive")
	}
}
