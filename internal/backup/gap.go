package backup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"example.com/lodge/internal/durable"
)

// gapName is the file below the state folder that says that the evidence has a
// gap. It stays: evidence that was written since goes beyond the gap, and would
// hide it from a second restore.
const gapName = "evidence-gap.json"

// A gap is a time of which the evidence is lost, up to a restore.
type gap struct {
	Until time.Time `json:"until"`
}

// evidenceLost says whether the evidence here cannot tell all that was sent after
// the backup: it does not reach to where it was when the backup was made, there
// is none at all, or some of it was lost since. What is in the backup does not
// help: it ends there. A person who has put a copy back can say so.
func (r Restoring) evidenceLost(ctx context.Context, m Manifest) (bool, error) {
	if r.EvidenceComplete {
		return false, nil
	}
	files, err := os.ReadDir(r.Config.Evidence())
	if err != nil || len(files) == 0 {
		return true, err
	}
	g, err := readGap(r.Config.State)
	if err != nil || m.MadeAt.Before(g.Until) {
		return true, err
	}
	present, err := heads(ctx, r.Config)
	if err != nil {
		return true, err
	}
	reach := map[string]string{}
	for _, h := range present {
		reach[h.Account] = h.Attempt
	}
	return slices.ContainsFunc(m.Heads, func(h Head) bool { return reach[h.Account] < h.Attempt }), nil
}

// readGap returns the gap of the evidence, zero if it has none.
func readGap(state string) (g gap, err error) {
	content, err := os.ReadFile(filepath.Join(state, gapName))
	if errors.Is(err, fs.ErrNotExist) {
		return gap{}, nil
	}
	if err == nil {
		err = json.Unmarshal(content, &g)
	}
	if err != nil {
		return g, fmt.Errorf("%s cannot be read: %w: the operator looks at the file", filepath.Join(state, gapName), err)
	}
	return g, nil
}

func writeGap(state string, until time.Time) error {
	content, err := json.Marshal(gap{until.UTC()})
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(state)
	if err != nil {
		return err
	}
	defer root.Close()
	return durable.Replace(root, gapName, content)
}
