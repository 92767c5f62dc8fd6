package reading

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"example.com/lodge/ledes"
)

// large checks a very large file in a process of its own, whose memory is looked at.
func large(ctx context.Context, o Options, out io.Writer) (err error) {
	path := filepath.Join(o.Dir, "large.txt")
	defer func() { _ = os.Remove(path) }()
	if err := writeFile(path, o.Large); err != nil {
		return err
	}
	line := append(o.Self("check"), path)
	cmd := exec.CommandContext(ctx, line[0], line[1:]...)
	cmd.Stderr = os.Stderr
	begun := time.Now()
	said, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("check %s: %w", path, err)
	}
	took := time.Since(begun)
	_, err = fmt.Fprintf(out, "  a file of %d MB, in %.1f s, %.0f MB/s: %s\n",
		o.Large>>20, took.Seconds(), float64(o.Large)/1e6/took.Seconds(), said)
	return err
}

func writeFile(path string, size int64) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if closing := f.Close(); err == nil {
			err = closing
		}
	}()
	w := bufio.NewWriter(f)
	if err := write(w, size); err != nil {
		return err
	}
	return w.Flush()
}

// peak is the most memory that this process had, in bytes: what was resident, the program
// itself included. What the kernel tells a parent of it has the parent's own in it, from
// before the program began.
func peak() (int64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		var kilobytes int64
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kilobytes); n == 1 {
			return kilobytes << 10, nil
		}
	}
	return 0, errors.New("the kernel does not tell the most memory that was used")
}

// Check checks one file, and prints its verdict and the most memory that it took.
func Check(path string, out io.Writer) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	report, err := ledes.Check(f, ledes.Options{Limits: ledes.LimitsFor(info.Size())})
	if err := sound(report.Findings, err); err != nil {
		return err
	}
	memory := "memory not known"
	if most, err := peak(); err == nil {
		memory = fmt.Sprintf("at most %.1f MB of memory", float64(most)/(1<<20))
	}
	_, err = fmt.Fprintf(out, "%s, %d invoices, %s", report.Verdict, len(report.Invoices), memory)
	return err
}
