package campaign

import (
	"os"
	"strings"
	"testing"
	"testing/synctest"
)

// TestSeed lives through a few worlds.
func TestSeed(t *testing.T) {
	dir := folder(t)
	for seed := range uint64(200) {
		synctest.Test(t, func(t *testing.T) {
			v, err := Run(t.Context(), seed, Rules{}, dir)
			if err != nil {
				t.Fatal(err)
			}
			if len(v.Failures) > 0 {
				t.Errorf("seed %d: %s", seed, strings.Join(v.Failures, "\n"))
				if os.Getenv("STORY") != "" {
					t.Log("\n" + v.Story)
				}
			}
		})
	}
}

// folder is one in memory, where there is one.
func folder(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "campaign-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
