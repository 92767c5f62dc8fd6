package browser

import "sync"

// tasks are goroutines that end with their owner. Events go on arriving while
// the owner ends, so that none may start any more once it waits.
type tasks struct {
	mu     sync.Mutex
	closed bool
	group  sync.WaitGroup
}

// start runs f in a goroutine, unless the owner waits for the last ones already.
func (t *tasks) start(f func()) (started bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return false
	}
	t.group.Go(f)
	return true
}

// wait lets none start any more and waits until all have ended.
func (t *tasks) wait() {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	t.group.Wait()
}
