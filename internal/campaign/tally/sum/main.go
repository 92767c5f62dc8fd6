// Command sum joins what the parts of a campaign wrote into a folder, prints the
// table of the rules that were taken away and, as its last line, the sum. It fails if
// the promise was broken, or if a missing rule was not found.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"example.com/lodge/internal/campaign/tally"
)

func main() {
	if err := run(os.Stdout, os.Args[1:]); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "sum:", err)
		os.Exit(1)
	}
}

func run(to io.Writer, args []string) error {
	if len(args) != 1 {
		return errors.New("say sum FOLDER")
	}
	files, err := filepath.Glob(filepath.Join(args[0], "*.json"))
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("nothing was counted in %s", args[0])
	}
	sum, err := tally.Read(files...)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(to, "%s\n%s\n", sum.Table(), sum.Line()); err != nil {
		return err
	}
	if sum.Failed() {
		return errors.New("the promise was broken, or a missing rule was not found")
	}
	return nil
}
