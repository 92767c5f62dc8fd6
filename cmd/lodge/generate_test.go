package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/lodge/ledes"
)

// lodge generate | lodge validate -, in every format and however it is typed.
func TestGenerateIsValid(t *testing.T) {
	for typed, format := range map[string]ledes.Format{
		"": ledes.LEDES1998B, "LEDES1998B": ledes.LEDES1998B, "1998b": ledes.LEDES1998B, "ledes1998B": ledes.LEDES1998B,
		"LEDES98BI": ledes.LEDES98BI, "98bi": ledes.LEDES98BI, "98BI": ledes.LEDES98BI,
	} {
		w := newWorld(t)
		args := []string{"generate", "--invoices", "12", "--seed", "5"}
		if typed != "" {
			args = append(args, "--format", typed)
		}
		file := w.must(exitDone, args...)
		said(t, w.err.String(), "12 invoices with ", " lines, "+string(format)+", October 2026, seed 5.")
		w.in = strings.NewReader(file)
		said(t, w.must(exitDone, "validate", "-"), "-: accept, "+string(format), "and 9 more")
		if _, findings, _ := strings.Cut(w.out.String(), "\n"); findings != "" {
			t.Errorf("%s: %s", format, findings)
		}
		for _, inv := range invoicesOf(t, file) {
			if taxed := !inv.International.TaxTotal.IsZero(); taxed != (format == ledes.LEDES98BI) {
				t.Errorf("%s in %s has taxes of %s", inv.Number, format, inv.International.TaxTotal)
			}
		}
	}
}

func invoicesOf(t *testing.T, file string) []ledes.Invoice {
	t.Helper()
	f, err := ledes.Read(strings.NewReader(file), ledes.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return f.Invoices
}

// It is the same every time, needs no settings, and another seed, month or client is another
// file. The seed is 1 unless it is named.
func TestGenerateIsRepeated(t *testing.T) {
	w := newWorld(t)
	first := w.must(exitDone, "generate")
	for _, same := range [][]string{{}, {"--seed", "1"}, {"--month", "2026-10"}, {"--invoices", "10", "--lines", "60", "--format", "1998B"}} {
		if again := w.must(exitDone, append([]string{"generate"}, same...)...); again != first {
			t.Errorf("%q makes another file", same)
		}
	}
	for _, other := range [][]string{{"--seed", "2"}, {"--month", "2026-09"}, {"--client", "Harbor"}, {"--lines", "20"}, {"--invoices", "11"}} {
		if again := w.must(exitDone, append([]string{"generate"}, other...)...); again == first {
			t.Errorf("%q makes the same file", other)
		}
	}
	if _, err := os.Stat(filepath.Join(w.dir, "lodge.yaml")); err == nil {
		t.Error("there are settings")
	}
}

// The last month is that of the app's zone.
func TestGenerateLastMonth(t *testing.T) {
	w := newWorld(t)
	w.clock = newYear{}
	for hours, says := range map[int]string{0: "December 2026", -5: "November 2026"} {
		w.zone = time.FixedZone("zone", hours*3600)
		w.must(exitDone, "generate")
		said(t, w.err.String(), says)
	}
}

// newYear is a clock whose wall stands shortly after midnight in London.
type newYear struct{ standing }

func (newYear) Now() time.Time { return time.Date(2027, 1, 1, 3, 0, 0, 0, time.UTC) }

// With a folder each invoice is a file under its number, and what is there stays.
func TestGenerateFiles(t *testing.T) {
	w := newWorld(t)
	dir := filepath.Join(w.dir, "new", "samples")
	args := []string{"generate", "--invoices", "5", "--lines", "9", "--dir", dir}
	if out := w.must(exitDone, args...); out != "" {
		t.Errorf("standard output has %s", out)
	}
	said(t, w.err.String(), dir+": 5 invoices with ", ", LEDES1998B, October 2026, seed 1.")
	paths, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(paths) != 5 {
		t.Fatalf("files %q, %v", paths, err)
	}
	said(t, w.must(exitDone, append([]string{"validate"}, paths...)...), "accept, LEDES1998B")
	all := w.must(exitDone, args[:5]...)
	for _, path := range paths {
		f, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		read, err := ledes.Read(bytes.NewReader(f), ledes.Options{})
		if err != nil || len(read.Invoices) != 1 || read.Invoices[0].Number+".txt" != filepath.Base(path) || len(read.Invoices[0].Lines) > 9 {
			t.Errorf("%s: %v, %+v", path, err, read.Report(path))
		}
		_, lines, _ := strings.Cut(string(f), "[]\r\nINVOICE_DATE")
		if _, lines, _ = strings.Cut(lines, "\r\n"); !strings.Contains(all, lines) {
			t.Errorf("%s is none of those on standard output", path)
		}
	}

	if err := os.Remove(paths[0]); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(paths[4], []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.must(exitFailed, args...)
	said(t, w.err.String(), paths[1]+" is there already, and nothing was written")
	if mine, err := os.ReadFile(paths[4]); err != nil || string(mine) != "mine" {
		t.Errorf("%s was written over: %s, %v", paths[4], mine, err)
	}
	if _, err := os.Stat(paths[0]); err == nil {
		t.Errorf("%s was written beside those that were there", paths[0])
	}
}

// A file that somebody writes after it was looked for stays as well.
func TestGenerateBesideOthers(t *testing.T) {
	w := newWorld(t)
	inv := invoicesOf(t, w.must(exitDone, "generate", "--invoices", "1"))[0]
	w.write(inv.Number+".txt", "theirs")
	root, err := os.OpenRoot(w.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = root.Close() }()
	if err := create(root, ledes.LEDES1998B, inv); !errors.Is(err, fs.ErrExist) {
		t.Errorf("written over: %v", err)
	}
	if theirs, err := root.ReadFile(inv.Number + ".txt"); err != nil || string(theirs) != "theirs" {
		t.Errorf("it is %s, %v", theirs, err)
	}
}

// A folder that cannot be made is told.
func TestGenerateNoFolder(t *testing.T) {
	w := newWorld(t)
	w.write("file", "")
	w.must(exitFailed, "generate", "--dir", filepath.Join(w.dir, "file"))
	said(t, w.err.String(), "file")
}

// What is generated for a carrier's portal is what the carrier takes.
func TestGenerateFitsTheCarrier(t *testing.T) {
	w := newWorld(t)
	file := w.must(exitDone, "generate", "--client", "harbor", "--invoices", "30")
	w.in = strings.NewReader(file)
	said(t, w.must(exitDone, "validate", "--profile", "harbor", "-"), "-: accept")
	for _, inv := range invoicesOf(t, file) {
		if !strings.HasPrefix(inv.ClientID, "HARBOR-") {
			t.Errorf("%s is for %s", inv.Number, inv.ClientID)
		}
	}
}
