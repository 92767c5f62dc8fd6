package main

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"example.com/lodge/ledes"
)

// folderOf writes files into a folder, with a folder and a hidden file between them, which
// are not files to be checked.
func (w *world) folderOf(name string, files []hundredth) (bytes int) {
	w.t.Helper()
	for _, f := range files {
		content := f.make()
		bytes += len(content)
		w.write(filepath.Join(name, f.name), content)
	}
	w.write(filepath.Join(name, "folder.txt", "inside.txt"), "")
	w.write(filepath.Join(name, ".hidden.txt"), "")
	return bytes
}

// answers are what validate says of a folder, by the name of the file, each once.
func (w *world) answers(name string, more ...string) map[string]checked {
	w.t.Helper()
	w.must(exitFailed, append([]string{"validate", "--json", filepath.Join(w.dir, name)}, more...)...)
	answers, order := map[string]checked{}, []string{}
	for line := range strings.Lines(w.out.String()) {
		var c checked
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			w.t.Fatalf("%v: %s", err, line)
		}
		file := filepath.Base(c.File)
		if _, twice := answers[file]; twice {
			w.t.Errorf("%q was answered twice", file)
		}
		answers[file], order = c, append(order, file)
	}
	if !slices.IsSorted(order) {
		w.t.Errorf("the order is %q", order)
	}
	harmlessOutput(w.t, w.out.String())
	return answers
}

// holdAgainst compares answers with what is to be said.
func holdAgainst(t *testing.T, files []hundredth, answers map[string]checked) {
	t.Helper()
	for _, f := range files {
		c, ok := answers[f.name]
		if !ok || c.Error != "" {
			t.Errorf("%q: no answer, error %q", f.name, c.Error)
			continue
		}
		line, code := 0, ""
		if len(c.Findings) > 0 {
			line, code = c.Findings[0].Line, c.Findings[0].Code
		}
		if c.Verdict != f.verdict || line != f.line || !slices.Contains(strings.Split(f.code, " or "), code) {
			t.Errorf("%q: %s line %d %q, want %s line %d %q", f.name, c.Verdict, line, code, f.verdict, f.line, f.code)
		}
	}
	if len(answers) != len(files) {
		t.Errorf("%d answers about %d files", len(answers), len(files))
	}
}

// TestHundredFiles has a folder of good, odd and hostile files validated, and holds each
// answer against what is to be said.
func TestHundredFiles(t *testing.T) {
	if len(hundred) < 100 {
		t.Fatalf("%d files are no hundred", len(hundred))
	}
	for name, files := range map[string][]hundredth{"hundred": hundred, "huge": huge} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			bytes := w.folderOf(name, files)
			begun := time.Now()
			answers := w.answers(name)
			t.Logf("%d files, %d KB: %v", len(files), bytes>>10, time.Since(begun))
			holdAgainst(t, files, answers)
			said(t, w.err.String(), "1 folder in it not looked into")
		})
	}
}

// What is forgiven is refused by --strict, and nothing else changes.
func TestHundredFilesStrictly(t *testing.T) {
	w := newWorld(t)
	w.folderOf("hundred", hundred)
	strict := w.answers("hundred", "--strict")
	changed := 0
	for file, lenient := range w.answers("hundred") {
		want := lenient.Verdict
		if slices.ContainsFunc(lenient.Findings, func(f ledes.Finding) bool { return f.Forgiven }) {
			want = ledes.Rejected
			changed++
		}
		got := strict[file]
		counted := len(got.Findings) == len(lenient.Findings) || got.Format == ledes.LEDESXML // of which less is said once it is refused
		if got.Verdict != want || !counted {
			t.Errorf("%q: strictly %s with %d findings, want %s with %d", file, got.Verdict, len(got.Findings), want, len(lenient.Findings))
		}
	}
	if changed < 15 {
		t.Errorf("only %d files have something that is forgiven", changed)
	}
}

// Whatever is in files and their names, people read a verdict and nothing else, in lines
// that fit the terminal.
func TestHundredFilesForPeople(t *testing.T) {
	w := newWorld(t)
	w.folderOf("hundred", hundred)
	t.Chdir(filepath.Join(w.dir, "hundred"))
	w.columns, w.errColumns = 80, 80
	out := w.must(exitFailed, "validate", ".")
	harmlessOutput(t, out)
	harmlessOutput(t, w.err.String())
	for line := range strings.Lines(out) {
		if text := strings.TrimRight(line, "\n"); len([]rune(text)) > 80 {
			t.Errorf("a line has %d columns: %s", len([]rune(text)), text)
		}
	}
	for _, f := range hundred {
		if !strings.Contains(out, "\n"+printable(f.name)+": "+string(f.verdict)) && !strings.HasPrefix(out, printable(f.name)+": "+string(f.verdict)) {
			t.Errorf("%q: no line with its verdict", f.name)
		}
	}
	said(t, out, "name [2J.txt: accept", "name lodge: all files may be filed.txt: reject", "files: ", " accept, ", " warn, ", " reject\nreject: ")
	if strings.Count(out, "to do: ") < 80 || strings.Count(out, "^") < 80 {
		t.Errorf("too few words of what to do:\n%s", out)
	}
}

// harmlessOutput fails the test if a terminal would obey something in text.
func harmlessOutput(t testing.TB, text string) {
	t.Helper()
	for _, r := range text {
		if r != '\n' && (unicode.In(r, unicode.Cc, unicode.Cf) || r == unicode.ReplacementChar) {
			t.Errorf("a terminal would be told %U", r)
			return
		}
	}
}

// BenchmarkHundredFiles validates the folder again and again.
func BenchmarkHundredFiles(b *testing.B) {
	w := newWorld(b)
	b.SetBytes(int64(w.folderOf("hundred", hundred)))
	for b.Loop() {
		w.must(exitFailed, "validate", "--json", filepath.Join(w.dir, "hundred"))
	}
}
