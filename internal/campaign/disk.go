package campaign

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"syscall"

	"example.com/lodge/internal/durable"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/objects"
)

// evidence is the folder that all programs of the world write to.
func (w *World) evidence() string { return filepath.Join(w.dir, "evidence") }

// A disk is what a program writes evidence to: it may be full, and the program may die
// before, after, and in the middle of a file. Marks, which may be lost anyway, are
// spared.
type disk struct {
	*objects.Folder
	p *process
}

// Create implements [objects.Store].
func (d disk) Create(ctx context.Context, name string, data []byte) error {
	p := d.p
	what, luck, at := pieceOf(name), p.chance.sub(path.Base(name)), p.pointBy // several pieces are written side by side
	if what == "link" {
		luck, at = p.chance, p.passBy // the store holds a lock meanwhile
	}
	if err := at(luck, "evidence: "+what); err != nil {
		return err
	}
	if p.failsBy(luck, diskFull) {
		return fmt.Errorf("%s could not be written: %w", name, syscall.ENOSPC)
	}
	if at(luck, "evidence: half of it") != nil {
		half := path.Join(path.Dir(name), "."+path.Base(name)+".torn"+durable.Partial)
		_ = os.WriteFile(d.Place(half), data[:len(data)/2], 0o600) // as far as it came
		return errDead
	}
	if err := d.Folder.Create(ctx, name, data); err != nil {
		return err
	}
	return at(luck, "evidence: after "+what)
}

// pieceOf names what a file of evidence is, as far as points tell it apart.
func pieceOf(name string) string {
	switch {
	case path.Base(name) == evidence.IntentName:
		return "intent"
	case path.Base(path.Dir(name)) == "=chain":
		return "link"
	}
	return "page"
}
