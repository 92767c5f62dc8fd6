// Command worker is a task in AWS, which the trigger starts: it visits the accounts
// that it was given until nothing is due there, or its time is nearly up. Whatever
// it does is in the ledger before it is done, so that it may be ended at any moment.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	if err := run(context.Background(), os.LookupEnv, os.Getpid(), signals, log); err != nil {
		log.Error("the worker ends", "error", fmt.Sprint(err))
		os.Exit(1)
	}
}
