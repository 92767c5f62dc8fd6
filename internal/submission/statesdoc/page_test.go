package main

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStatesDocIsFresh(t *testing.T) {
	got, err := os.ReadFile("../../../docs/states.md")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(page(), string(got)); diff != "" {
		t.Errorf("docs/states.md is stale: run go generate ./internal/submission (-code +file):\n%s", diff)
	}
}
