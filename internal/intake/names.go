package intake

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// The files below the state folder in which intake remembers, for whoever copies
// them. IndexName may be missing; AdoptedName is only ever added to.
const (
	IndexName   = indexName
	AdoptedName = adoptedName
)

// Forget makes the next scan read every file again, as it must when the ledger
// may be older than what intake remembers.
func Forget(state string) error {
	if err := os.Remove(filepath.Join(state, indexName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forget what was taken in: %w", err)
	}
	return nil
}
