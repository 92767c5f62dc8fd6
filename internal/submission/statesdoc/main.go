// Statesdoc draws the table of package submission as docs/states.md.
//
//	go run ./internal/submission/statesdoc docs/states.md
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: statesdoc FILE")
		os.Exit(2)
	}
	if err := os.WriteFile(os.Args[1], []byte(page()), 0o644); err != nil { //nolint:gosec // a page that everybody reads
		fmt.Fprintln(os.Stderr, "statesdoc:", err)
		os.Exit(1)
	}
}
