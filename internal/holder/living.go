package holder

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// Living are the holders of this folder that are not proven dead.
func (d Dir) Living(ctx context.Context) ([]string, error) {
	files, err := os.ReadDir(string(d))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("holder: %w", err)
	}
	var list []string
	for _, file := range files {
		id, ok := strings.CutSuffix(file.Name(), suffix)
		if !ok {
			continue
		}
		if dead, err := d.Dead(ctx, id); !dead || err != nil {
			list = append(list, id)
		}
	}
	return list, ctx.Err()
}

// Bury lets a holder that has no file count as dead. Only who knows that it is
// may do so: the holders that a restored ledger names, once nobody else works
// with it.
func (d Dir) Bury(owner string) error {
	id, _, _ := strings.Cut(owner, "/")
	if !owners.MatchString(id) {
		return fmt.Errorf("holder: %q is no holder of a machine", owner)
	}
	f, err := os.OpenFile(d.file(id), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil // it says by itself whether it lives
	}
	if err != nil {
		return fmt.Errorf("holder: %w", err)
	}
	return f.Close()
}
