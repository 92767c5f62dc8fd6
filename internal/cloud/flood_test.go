package cloud_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"example.com/lodge/internal/cloud"
	"example.com/lodge/internal/submission"
)

// TestFlood: a thousand events of 200 objects, of which many are put several times,
// also within one second, duplicated, re-ordered and handed to four programs at once
// while objects still come. Each invoice is registered once, its newest version is
// the one that is filed, and the comparison finds nothing left.
func TestFlood(t *testing.T) {
	const objects, events, programs = 200, 1000, 4
	w := newWorld(t)
	random := rand.New(rand.NewPCG(7, 11))
	newest := map[string]string{} // by invoice: the version that is to be filed
	queue := make(chan cloud.Message, 4*events)
	cents := int64(0)
	put := func(n int) {
		number := fmt.Sprintf("A-%03d", n/2) // two objects an invoice
		key := fmt.Sprintf("inbox/%s/%03d %s.txt", account, n, number)
		if random.IntN(3) > 0 {
			w.pass(time.Duration(random.IntN(1500)) * time.Millisecond)
		}
		if n%2 == 1 {
			w.pass(time.Second) // nobody knows which of two objects of one second is newer
		}
		cents++
		newest[number] = w.put(key, file(t, cents, number))
		for range 1 + random.IntN(6) {
			queue <- rings(fmt.Sprint(cents, random.IntN(99)), key)
		}
	}
	for n := range objects {
		put(n)
	}
	all := make([]cloud.Message, 0, 4*events)
	for len(queue) > 0 {
		all = append(all, <-queue)
	}
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for _, m := range all {
		queue <- m
	}
	var working sync.WaitGroup
	for range programs {
		program := w.inbox // each has its own
		working.Go(func() {
			for first := range queue {
				batch := []cloud.Message{first}
				for len(batch) < 10 && len(queue) > 0 {
					m, ok := <-queue
					if !ok {
						break
					}
					batch = append(batch, m)
				}
				b, err := program.Batch(t.Context(), batch)
				if err != nil || len(b.Failures) != 0 {
					t.Errorf("%+v, %v", b.Failures, err)
				}
			}
		})
	}
	for sent := len(all); sent < events; sent++ {
		put(random.IntN(objects/2)*2 + 1) // the later object of an invoice comes again
	}
	close(queue)
	working.Wait()
	late, err := w.compare()
	if err != nil || len(late) != 0 {
		t.Errorf("the comparison finds %v, %v", late, err)
	}
	w.holdsTheNewest(t, newest)
}

func (w *world) holdsTheNewest(t *testing.T, newest map[string]string) {
	t.Helper()
	if n := len(w.submissions()); n != len(newest) {
		t.Errorf("%d submissions of %d invoices", n, len(newest))
	}
	revisions := 0
	for number, version := range newest {
		s := w.get(number)
		if current := s.Current(); current.Object.Version != version || current.State != submission.Ready {
			t.Errorf("%s: version %s is %s, the newest is %s", number, current.Object.Version, current.State, version)
		}
		var seen []string
		for _, r := range s.Revisions {
			seen = append(seen, r.Object.Version)
		}
		slices.Sort(seen)
		if len(slices.Compact(slices.Clone(seen))) != len(seen) {
			t.Errorf("%s: registered twice: %q", number, seen)
		}
		revisions += len(seen)
	}
	t.Logf("%d invoices, %d revisions", len(newest), revisions)
}
