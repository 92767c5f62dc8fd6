package gate

import (
	"context"
	"time"
)

// click is the run of a commit's do. It has a goroutine of its own, because a
// page that asks synchronously blocks its click until the answer is there.
type click struct {
	cancel context.CancelFunc
	ended  chan struct{}
	err    error // once ended
}

func startClick(ctx context.Context, do func(context.Context) error) *click {
	ctx, cancel := context.WithCancel(ctx)
	c := &click{cancel: cancel, ended: make(chan struct{})}
	go func() {
		defer close(c.ended)
		c.err = do(ctx)
	}()
	return c
}

// end gives the click patience to end by itself, and the same again once it is
// told to. It says whether it has ended: nobody else may use its tab before.
func (c *click) end(patience time.Duration) bool {
	defer c.cancel()
	if c.within(patience) {
		return true
	}
	c.cancel()
	return c.within(patience)
}

func (c *click) within(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-c.ended:
		return true
	case <-t.C:
		return false
	}
}
