package recovery_test

import (
	"strings"
	"testing"
	"time"

	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/submission"
)

// What was sealed after the ledger's head, or beside it, makes the evidence ahead.
func TestAhead(t *testing.T) {
	w := newWorld(t)
	ahead := func(what string, want bool) {
		t.Helper()
		if got, err := w.Ahead(t.Context(), []string{"nobody", "acme"}); err != nil || got != want {
			t.Errorf("%s: ahead %t, %v", what, got, err)
		}
	}
	seal := func(number string, after submission.Head) submission.Head {
		t.Helper()
		w.intent(number, "bytes", 1)
		head, err := w.Evidence.SealLeft(t.Context(), "acme", key(number).ID(), "", evidence.Sealing{After: after, At: time.Now(), By: "h"})
		check(t, err)
		return head
	}
	ahead("nothing was ever sealed", false)
	first := seal("1", submission.Head{})
	ahead("the ledger knows of no link", true)
	check(t, w.Ledger.Chained(t.Context(), "acme", first))
	ahead("the ledger knows the last link", false)
	second := seal("2", first)
	ahead("there is a link that it does not know", true)
	check(t, w.Ledger.Chained(t.Context(), "acme", second))
	ahead("it knows that too", false)
	check(t, w.Ledger.Chained(t.Context(), "acme", submission.Head{N: second.N + 1, SHA: strings.Repeat("a", 64)}))
	ahead("its head is a link that is not there", true)
	seal("3", second)
	ahead("its head is another link than is there", true)
}

// Evidence that cannot be read says nothing, and nothing is filed then.
func TestAheadOfWhatCannotBeRead(t *testing.T) {
	w := newWorld(t)
	check(t, w.Evidence.Close())
	if ahead, err := w.Ahead(t.Context(), []string{"acme"}); err == nil {
		t.Errorf("ahead %t", ahead)
	}
}
