package main

import (
	"errors"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkStatus is the whole command without the start of its process. Give it
// a large ledger:
//
//	go test ./cmd/lodge -run TestSeed -seed.dir DIR -seed.bulk 1000000
//	go test ./cmd/lodge -run - -bench Status -seed.dir DIR
func BenchmarkStatus(b *testing.B) {
	w := newWorld(b)
	if *seedDir != "" {
		w.config = filepath.Join(*seedDir, "lodge.yaml")
	} else {
		w.seeded(300, 0, time.Now())
	}
	w.columns = 80
	for _, args := range [][]string{{"status"}, {"status", "--account", "firm-keel"}, {"status", "--late"}, {"status", "--needs", "author"}} {
		b.Run(filepath.Join(args...), func(b *testing.B) {
			for b.Loop() {
				if code := w.run(args...); code != exitPerson && code != exitDone {
					b.Fatal(code, errors.New(w.err.String()))
				}
			}
		})
	}
}
