package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"example.com/lodge/internal/bench/scene"
)

// measuring are the flags of all measurements.
type measuring struct {
	lodge string
	dir   string
	keep  bool
}

func root() *cobra.Command {
	c := &measuring{}
	root := &cobra.Command{
		Use:           "bench",
		Short:         "Measure Lodge",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.PersistentFlags().StringVar(&c.lodge, "lodge", "", "the `program` to measure; the one beside bench, or built anew, unless named")
	root.PersistentFlags().StringVar(&c.dir, "dir", "bench", "`folder` of what is written")
	root.PersistentFlags().BoolVar(&c.keep, "keep", false, "leave ledgers, evidence and logs there")
	root.AddCommand(c.filingCommand(), c.monthCommand(), c.profileCommand(), c.ledesCommand())
	root.AddCommand(partCommands()...)
	return root
}

// self is the command line of a part of this program.
func self(part string) []string {
	exe, err := os.Executable()
	if err != nil {
		exe = os.Args[0]
	}
	return []string{exe, part}
}

// program is the Lodge to measure. One that go run could be confused with is
// never taken: it may be older than the source.
func (c *measuring) program(ctx context.Context, dir string) (string, error) {
	if c.lodge != "" {
		return filepath.Abs(c.lodge)
	}
	beside := filepath.Join(filepath.Dir(self("")[0]), "lodge")
	if _, err := os.Stat(beside); err == nil && !strings.Contains(beside, "go-build") {
		return beside, nil
	}
	return scene.Build(ctx, dir)
}

// withLodge runs measure with a fresh folder and the Lodge to measure.
func (c *measuring) withLodge(ctx context.Context, measure func(dir, lodge string) error) error {
	return c.inside(func(dir string) error {
		lodge, err := c.program(ctx, filepath.Join(dir, "bin"))
		if err != nil {
			return err
		}
		return measure(dir, lodge)
	})
}

// inside runs measure with a fresh folder, and removes it afterwards unless it
// is to be kept or something went wrong.
func (c *measuring) inside(measure func(dir string) error) error {
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(c.dir, "work-")
	if err != nil {
		return err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return err
	}
	if err := measure(dir); err != nil {
		return fmt.Errorf("%w (what was written is in %s)", err, dir)
	}
	if c.keep {
		return nil
	}
	return os.RemoveAll(dir)
}
