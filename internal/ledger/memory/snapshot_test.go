package memory_test

import (
	"testing"

	"example.com/lodge/internal/ledger/memory"
	"example.com/lodge/internal/submission"
)

// What is stored after a snapshot is gone once it is restored, as often as that is
// done, and leaves the snapshot alone.
func TestSnapshot(t *testing.T) {
	e, ctx := memory.New(), t.Context()
	key := submission.Key{Account: "a", LawFirmID: "1", ClientID: "2", Number: "3"}
	store := func(version int64) {
		s := submission.New(key, "c")
		s.Version, s.Seq = version, version
		if err := e.Store(ctx, s, []submission.Entry{{Seq: version}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Enrol(ctx, "d"); err != nil {
		t.Fatal(err)
	}
	store(1)
	old := e.Snapshot()
	for range 2 {
		store(2)
		if err := e.Delivered(ctx, "d", key.ID(), 2); err != nil {
			t.Fatal(err)
		}
		e.Restore(old)
		s, err := e.Load(ctx, key.ID())
		entries, _ := e.History(ctx, key.ID())
		owed, _ := e.Owed(ctx, "d", "", 9)
		if err != nil || s.Version != 1 || len(entries) != 1 || len(owed) != 1 || owed[0].Delivered != 0 {
			t.Errorf("restored: version %d, %d entries, owed %v, %v", s.Version, len(entries), owed, err)
		}
	}
}
