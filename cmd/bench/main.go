// Command bench measures Lodge: what a submission costs beside the usual ways of
// filing, a month of work, and where one visit's time goes. Its figures are in
// docs/benchmarks.md.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := root().ExecuteContext(ctx)
	interrupted := ctx.Err() != nil
	stop()
	if interrupted && err != nil {
		err = errors.New("interrupted; nothing was measured, and nothing is left running")
	}
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
