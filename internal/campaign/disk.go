package campaign

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"syscall"

	"example.com/lodge/internal/durable"
	"example.com/lodge/internal/evidence"
)

// evidence is the folder that all programs of the world write to.
func (w *World) evidence() string { return filepath.Join(w.dir, "evidence") }

// create writes a piece of evidence as p's disk does: it may be full, and p may die
// before, after, and in the middle of a file.
func (p *process) create(root *os.Root, name string, data []byte) error {
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
		_ = os.WriteFile(filepath.Join(p.w.evidence(), filepath.FromSlash(half)), data[:len(data)/2], 0o600) // as far as it came
		return errDead
	}
	if err := durable.Create(root, name, data); err != nil {
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
