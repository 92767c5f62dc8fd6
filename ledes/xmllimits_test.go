package ledes_test

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"example.com/lodge/ledes"
)

// TestXMLTooManyLineItems: one too many is one too many.
func TestXMLTooManyLineItems(t *testing.T) {
	for most, want := range map[int]ledes.Verdict{2: ledes.Warned, 1: ledes.Rejected} {
		report, err := ledes.Check(strings.NewReader(soundXML), ledes.Options{Limits: ledes.Limits{Lines: most}})
		if err != nil || report.Verdict != want {
			t.Errorf("at most %d: %v, %v", most, report, err)
		}
		if first := report.Findings[0].Code; (first == ledes.CodeTooManyLines) != (want == ledes.Rejected) {
			t.Errorf("at most %d: %s", most, first)
		}
	}
}

// TestXMLErrors: an error of the disk is one, wherever it comes, and no finding.
func TestXMLErrors(t *testing.T) {
	for after := range len(soundXML) + 1 {
		f, err := ledes.Read(&failing{bytes.NewReader([]byte(soundXML)[:after])}, ledes.Options{})
		if !errors.Is(err, errDisk) {
			t.Errorf("after %d bytes: %v, %v", after, f, err)
		}
	}
	once := io.MultiReader(&failsOnce{in: strings.NewReader(until("January") + strings.Repeat("x", 600))}, strings.NewReader("January"))
	if _, err := ledes.Read(once, ledes.Options{}); !errors.Is(err, errDisk) {
		t.Errorf("after an error that is gone: %v", err)
	}
	refused := "<ledesxml>" + strings.Repeat("x", 10_000)
	if _, err := ledes.Read(&failing{bytes.NewReader([]byte(refused))}, ledes.Options{}); !errors.Is(err, errDisk) {
		t.Errorf("after a refusal: %v", err)
	}
}

// failsOnce gives its bytes, an error, and then the end.
type failsOnce struct {
	in     io.Reader
	failed bool
}

func (f *failsOnce) Read(b []byte) (int, error) {
	n, err := f.in.Read(b)
	if errors.Is(err, io.EOF) && !f.failed {
		f.failed = true
		return n, errDisk
	}
	return n, err
}

// TestXMLCanon: the hashes of a refused file do not depend on how it is read.
func TestXMLCanon(t *testing.T) {
	for _, content := range []string{soundXML, without("inv_id")(soundXML), replace("January", "<<  \n\n")(soundXML)} {
		f, err := ledes.Read(iotest.OneByteReader(strings.NewReader(content)), ledes.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if whole := read(t, content, ledes.Profile{}); f.Canon != whole.Canon || f.SHA != whole.SHA {
			t.Errorf("%d bytes read one by one have other hashes", len(content))
		}
	}
}

// TestXMLMemory gives what would fill the memory if it were kept: tokens and files of
// many megabytes that are made while they are read.
func TestXMLMemory(t *testing.T) {
	const size, most = 48 << 20, 4 << 20
	begin := until("January")
	for name, c := range map[string]struct{ begin, again, code string }{
		"text":        {begin, "x", ledes.CodeLineTooLong},
		"parts":       {begin, "x<!-- -->", ledes.CodeLineTooLong},
		"CDATA":       {begin + "<![CDATA[", "x", ledes.CodeLineTooLong},
		"comment":     {begin + "<!-- ", "x", ledes.CodeLineTooLong},
		"instruction": {begin + "<?x ", "x", ledes.CodeLineTooLong},
		"name":        {begin + "</inv_desc><", "x", ledes.CodeLineTooLong},
		"attribute":   {begin + "</inv_desc><a b='", "x", ledes.CodeLineTooLong},
		"attributes":  {begin + "</inv_desc><a ", "b='' ", ledes.CodeLineTooLong},
		"DTD":         {"<!DOCTYPE x [", "<!ELEMENT a ANY>", ledes.CodeLineTooLong},
		"laughs":      {"<!DOCTYPE x [<!ENTITY a 'ha'>]><ledesxmlebilling2.2>", "&a;&a;&a;", ledes.CodeXML},
		"deep":        {begin + "</inv_desc>", "<a>", ledes.CodeXML},
		"blanks":      {"<?xml version='1.0'?>", " ", ledes.CodeLineTooLong},
		"refused":     {"<ledesxml>", "<a>", ledes.CodeUnsupported},
	} {
		r := io.LimitReader(io.MultiReader(strings.NewReader(c.begin), &repeating{text: strings.Repeat(c.again, 4096)}), size)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		report, err := ledes.Check(r, ledes.Options{Limits: ledes.Limits{Size: size}})
		runtime.ReadMemStats(&after)
		if err != nil || len(report.Findings) != 1 || report.Findings[0].Code != c.code {
			t.Errorf("%s: %+v, %v", name, report.Findings, err)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > most {
			t.Errorf("%s: %d bytes were allocated", name, used)
		}
	}
}

// TestXMLManyElements reads a file that is allowed to be so large: what is kept of it does
// not grow.
func TestXMLManyElements(t *testing.T) {
	const most = 1 << 20
	begin, end, _ := strings.Cut(soundXML, "<fee>")
	item := "<fee><charge_desc>" + strings.Repeat("Draft answer. ", 20) + "</charge_desc><lf_matter_id>X</lf_matter_id></fee>\n"
	matter := "</matter>\n<matter>\n<lf_matter_id>M-8</lf_matter_id>\n<fee/>"
	many := io.LimitReader(&repeating{text: item + matter}, 12_000*int64(len(item+matter)))
	watched := &watch{in: io.MultiReader(strings.NewReader(begin), many, strings.NewReader("<fee>"+end))}
	report, err := ledes.Check(watched, ledes.Options{Limits: ledes.Limits{Size: 1 << 30, Lines: 1 << 20}})
	if err != nil || report.Verdict != ledes.Warned || report.Invoices[0].Lines != 24_002 {
		t.Fatalf("%+v, %v", report, err)
	}
	if watched.last == 0 {
		t.Fatal("the file is too small to tell")
	}
	if grown := watched.last - watched.first; grown > most {
		t.Errorf("the memory in use has grown by %d bytes", grown)
	}
}

// A watch looks at the memory in use while it is read: early, and when most was read.
type watch struct {
	in          io.Reader
	read        int64
	first, last int64
}

func (w *watch) Read(b []byte) (int, error) {
	n, err := w.in.Read(b)
	const early, late = 1 << 20, 4 << 20
	for _, look := range []struct {
		at   int64
		into *int64
	}{{early, &w.first}, {late, &w.last}} {
		if w.read < look.at && w.read+int64(n) >= look.at {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			*look.into = int64(m.HeapAlloc)
		}
	}
	w.read += int64(n)
	return n, err
}

// repeating gives a text again and again.
type repeating struct {
	text string
	at   int
}

func (e *repeating) Read(b []byte) (int, error) {
	n := copy(b, e.text[e.at:])
	e.at = (e.at + n) % len(e.text)
	return n, nil
}
