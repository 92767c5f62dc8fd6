// Package reading measures how fast LEDES files are cut into fields and checked, beside
// encoding/csv on the same bytes, and how much memory a very large one takes.
package reading

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"

	"example.com/lodge/internal/bench/figures"
	"example.com/lodge/ledes"
	"example.com/lodge/ledes/sample"
)

// Options say how much is measured.
type Options struct {
	Rounds int   // of each arm
	Size   int   // bytes that are read once a round
	Large  int64 // bytes of the very large file; 0: none
	Self   func(part string) []string
	Dir    string // for the very large file
}

// An arm is one way of reading.
type arm struct {
	name string
	read func(data []byte) error
}

// arms are in the order of the report; the first is what others are compared with.
var arms = []arm{
	{"encoding/csv", readCSV},
	{"ledes.Scanner", scan},
	{"ledes.Check", check},
	{"ledes.Read", read},
}

// readCSV cuts lines as a user of the standard library would.
func readCSV(data []byte) error {
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma, r.LazyQuotes, r.ReuseRecord, r.FieldsPerRecord = '|', true, true, -1
	for {
		if _, err := r.Read(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func scan(data []byte) error {
	s := ledes.NewScanner(bytes.NewReader(data), ledes.LimitsFor(int64(len(data))))
	for s.Scan() {
	}
	return s.Err()
}

func check(data []byte) error {
	report, err := ledes.Check(bytes.NewReader(data), ledes.Options{Limits: ledes.LimitsFor(int64(len(data)))})
	return sound(report.Findings, err)
}

func read(data []byte) error {
	f, err := ledes.Read(bytes.NewReader(data), ledes.Options{Limits: ledes.LimitsFor(int64(len(data)))})
	if err != nil {
		return err
	}
	return sound(f.Findings, nil)
}

// sound refuses to measure what is not read to its end.
func sound(findings []ledes.Finding, err error) error {
	if err == nil && len(findings) > 0 {
		return fmt.Errorf("the file is not sound: %+v", findings[0])
	}
	return err
}

// Run measures each arm once a round, in turn, and then the very large file, and writes
// what came out.
func Run(ctx context.Context, o Options, out io.Writer) error {
	data, err := invoices(o.Size)
	if err != nil {
		return err
	}
	lines := bytes.Count(data, []byte("\n"))
	if _, err := fmt.Fprintf(out, "%d MB of LEDES 1998B, %d bytes a line, one core, %d rounds\n",
		len(data)>>20, len(data)/lines, o.Rounds); err != nil {
		return err
	}
	results := make([]result, len(arms))
	for range o.Rounds {
		for i, a := range arms {
			if err := ctx.Err(); err != nil {
				return err
			}
			before, begun := allocated(), time.Now()
			if err := a.read(data); err != nil {
				return fmt.Errorf("%s: %w", a.name, err)
			}
			took := time.Since(begun)
			results[i].speeds = append(results[i].speeds, float64(len(data))/1e6/took.Seconds())
			results[i].allocations = float64(allocated()-before) / float64(lines)
		}
	}
	if err := show(results, out); err != nil || o.Large == 0 {
		return err
	}
	return large(ctx, o, out)
}

// A result is what was measured of an arm.
type result struct {
	speeds      []float64 // MB/s of each round
	allocations float64   // a line; of the last round
}

// allocated is how many allocations this program has made.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}

// show writes a table: medians, and of ratios within a round.
func show(results []result, out io.Writer) error {
	for i, a := range arms {
		var ratios []float64
		for n, speed := range results[i].speeds {
			ratios = append(ratios, speed/results[0].speeds[n])
		}
		if _, err := fmt.Fprintf(out, "  %-14s %6.0f MB/s   %5.2f x encoding/csv   %6.3f allocations a line\n",
			a.name, figures.Median(results[i].speeds), figures.Median(ratios), results[i].allocations); err != nil {
			return err
		}
	}
	return nil
}

// invoices is a file of at least so many bytes, of invoices of up to three thousand lines.
func invoices(size int) ([]byte, error) {
	var b bytes.Buffer
	err := write(&b, int64(size))
	return b.Bytes(), err
}

// write writes a valid file of at least size bytes.
func write(w io.Writer, size int64) error {
	g, err := sample.New(1, sample.Options{Month: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), Lines: 3000, First: 1})
	if err != nil {
		return err
	}
	var written int64
	for head := true; written < size; head = false {
		var part bytes.Buffer
		if err := ledes.Write(&part, g.Next()); err != nil {
			return err
		}
		lines := part.Bytes()
		if !head {
			for range 2 { // the format and the header are there already
				lines = lines[bytes.IndexByte(lines, '\n')+1:]
			}
		}
		n, err := w.Write(lines)
		if written += int64(n); err != nil {
			return err
		}
	}
	return nil
}
