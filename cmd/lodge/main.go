// Command lodge files law firms' invoices with insurance carriers, from one
// machine: for the operator at a terminal, and for timers and scripts.
//
// Each command is a file of its own. What the commands share is an [app], which
// tests build with readers and writers of theirs.
package main

import (
	"context"
	"os"
)

func main() { os.Exit(int(system().run(context.Background(), os.Args[1:]))) }
