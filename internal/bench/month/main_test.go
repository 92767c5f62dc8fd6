package month

import (
	"context"
	"fmt"
	"os"
	"testing"

	"example.com/lodge/internal/bench/scene"
)

// The test program is also the portal's process.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "portal" {
		if err := scene.ServePortal(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func self(t *testing.T) []string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return []string{exe, "portal"}
}
