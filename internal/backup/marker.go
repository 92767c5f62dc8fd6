package backup

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// markerName is the file below the state folder that says that its ledger was
// restored and is not yet reconciled.
const markerName = "restored.json"

// A Marker says that the ledger was restored, and what is known of what it lacks.
// Nothing is filed while there is one.
type Marker struct {
	Format       int       `json:"format"`
	From         string    `json:"from"`          // the backup's file
	MadeAt       time.Time `json:"made_at"`       // the backup; the ledger is as it was then
	RestoredAt   time.Time `json:"restored_at"`   //
	Who          string    `json:"who"`           // restored it
	EvidenceLost bool      `json:"evidence_lost"` // what was sent after MadeAt is not all in the evidence
}

// ReadMarker returns the marker of a state folder, and whether there is one. One
// that cannot be read is an error: the ledger may have been restored.
func ReadMarker(state string) (Marker, bool, error) {
	content, err := os.ReadFile(filepath.Join(state, markerName))
	if errors.Is(err, fs.ErrNotExist) {
		return Marker{}, false, nil
	}
	var m Marker
	if err == nil {
		err = json.Unmarshal(content, &m)
	}
	if err == nil && (m.Format < 1 || m.Format > format) {
		err = fmt.Errorf("its format is %d and this program knows up to %d", m.Format, format)
	}
	if err != nil {
		return m, false, fmt.Errorf("%s says that the ledger was restored, and cannot be read: %w: the operator looks at the file",
			filepath.Join(state, markerName), err)
	}
	return m, true, nil
}

// Unmark says that the ledger knows everything again.
func Unmark(state string) error {
	if err := os.Remove(filepath.Join(state, markerName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the ledger is reconciled, and is still marked as restored: %w", err)
	}
	return nil
}
