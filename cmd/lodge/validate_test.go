package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/clock"
	"example.com/lodge/ledes"
)

// reports are what --json prints, as a program that knows nothing reads it.
func reports(t *testing.T, out string) (list []map[string]any) {
	t.Helper()
	for line := range strings.Lines(out) {
		var r map[string]any
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"file", "format", "verdict", "invoices", "findings"} {
			if r[key] == nil {
				t.Errorf("no %s in %s", key, line)
			}
		}
		list = append(list, r)
	}
	return list
}

// files are the names in what --json printed.
func filesIn(t *testing.T, out string) (names []string) {
	t.Helper()
	for _, r := range reports(t, out) {
		names = append(names, r["file"].(string))
	}
	return names
}

func TestValidate(t *testing.T) {
	w := newWorld(t)
	clean, bad := inbox(t)
	w.write("clean.txt", clean)
	w.write("bad.txt", bad)
	t.Chdir(w.dir)

	out := w.must(exitDone, "validate", "clean.txt")
	said(t, out, "clean.txt: accept, LEDES1998B, invoice MQ-10424: ")
	if strings.Contains(out, "file:") {
		t.Errorf("one file needs no sum of files:\n%s", out)
	}
	out = w.must(exitFailed, "validate", "clean.txt", "bad.txt")
	said(t, out, "bad.txt: reject, LEDES1998B", "the line has 25 fields", "(field-count)", "clean.txt: accept", "\n2 files: 1 accept, 1 reject\nreject: bad.txt\n")

	list := reports(t, w.must(exitFailed, "validate", "--json", "bad.txt", "clean.txt"))
	if len(list) != 2 || list[0]["verdict"] != "reject" || list[1]["verdict"] != "accept" || list[0]["error"] != nil {
		t.Errorf("reports are %v", list)
	}
	finding := list[0]["findings"].([]any)[0].(map[string]any)
	if finding["line"] != 3.0 || finding["code"] != "field-count" || finding["severity"] != "reject" {
		t.Errorf("finding is %v", finding)
	}
	invoice := list[1]["invoices"].([]any)[0].(map[string]any)
	if invoice["number"] != "MQ-10424" || invoice["total"] == nil || invoice["lines"] == nil {
		t.Errorf("invoice is %v", invoice)
	}
	w.in = strings.NewReader(clean)
	said(t, w.must(exitDone, "validate", "-"), "-: accept")
}

// The report as a terminal of 80 columns shows it, for files with all that it can have.
func TestValidateReport(t *testing.T) {
	w := newWorld(t)
	w.write("out/0-blank-line.txt", "\r\n"+bill().String())
	w.write("out/1-good.txt", bill().String())
	w.write("out/2-sums.txt", bill().set(3, "LINE_ITEM_TOTAL", "500.01").set(4, "LINE_ITEM_TOTAL", "60.01").all("TIMEKEEPER_NAME", "Jane Doe").String())
	w.write("out/3-quote.txt", bill().set(3, narrative, strings.Repeat("Read the complaint, and ", 20)+"the client\u2019s letter").with("LEDES1998B[]", "ledes1998b"))
	w.write("out/4-sixty-invoices.txt", bill().all("INVOICE_TOTAL", "541.00").again(59, func(n int) string { return "B-21" + string(rune('0'+n/10)) + string(rune('0'+n%10)) }).String())
	w.write("out/5-picture.txt", "\xFF\xD8\xFF\xE0")
	w.write("out/6-good.txt", bill().String())
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		columns int
		golden  string
	}{{80, "validate-80.txt"}, {0, "validate-0.txt"}} {
		w.columns = c.columns
		t.Chdir(w.dir)
		out := w.must(exitFailed, "validate", "out")
		t.Chdir(here)
		w.golden(c.golden, out)
	}
}

// What README.md shows is what is printed.
func TestValidateInReadme(t *testing.T) {
	w := newWorld(t)
	for from, to := range map[string]string{"clean": "2026-0311", "wrong-sums": "2026-0314", "word-processor": "2026-0315"} {
		content, err := os.ReadFile(filepath.Join("..", "..", "ledes", "testdata", from+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		w.write("out/"+to+".txt", string(content))
	}
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(w.dir)
	w.columns = 80
	if out := w.must(exitFailed, "validate", "--profile", "harbor", "out/"); !strings.Contains(string(readme), "```\n"+out+"```\n") {
		t.Errorf("README.md shows something else:\n%s", out)
	}
}

// An excerpt is cut to the terminal, and the mark stays under what is meant.
func TestNarrowed(t *testing.T) {
	long := strings.Repeat("a", 40) + strings.Repeat("B", 10) + strings.Repeat("c", 50)
	for _, c := range []struct {
		name  string
		e     ledes.Excerpt
		width int
		text  string
		meant string
	}{
		{"no terminal", ledes.Excerpt{Text: long, From: 40, To: 50}, 0, long, "BBBBBBBBBB"},
		{"fits", ledes.Excerpt{Text: long, From: 40, To: 50}, 100, long, "BBBBBBBBBB"},
		{"both ends", ledes.Excerpt{Text: long, From: 40, To: 50}, 20, "...aaBBBBBBBBBBcc...", "BBBBBBBBBB"},
		{"right end", ledes.Excerpt{Text: "BB" + long, From: 0, To: 2}, 20, "BBaaaaaaaaaaaaaaa...", "BB"},
		{"left end", ledes.Excerpt{Text: long + "BB", From: 100, To: 102}, 20, "...cccccccccccccccBB", "BB"},
		{"behind the end", ledes.Excerpt{Text: long, From: 100, To: 101}, 20, "...cccccccccccccccc ", " "},
		{"only the mark is too wide", ledes.Excerpt{Text: long[:20], From: 20, To: 21}, 20, "..." + long[4:20] + " ", " "},
		{"more than fits", ledes.Excerpt{Text: strings.Repeat("B", 90), From: 10, To: 80}, 20, "...BBBBBBBBBBBBBB...", "BBBBBBBBBBBBBB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := narrowed(c.e, c.width)
			if got.Text != c.text || got.Text[got.From:got.To] != c.meant {
				t.Errorf("%q, mark %d to %d; want %q, %q", got.Text, got.From, got.To, c.text, c.meant)
			}
		})
	}
}

// Files, folders and patterns, also those that no shell has expanded.
func TestValidateNames(t *testing.T) {
	w := newWorld(t)
	good := bill().String()
	for _, name := range []string{"a/2.txt", "a/1.txt", "a/.hidden", "a/invoice [2].txt", "a/deep/x.txt", "b/1.csv", ".git/1.txt", "only/folders/in/it.txt"} {
		w.write(name, good)
	}
	if err := os.Mkdir(filepath.Join(w.dir, "empty"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(w.dir)
	for _, c := range []struct {
		args  string
		files string // "!" is one with an error
		errs  string
	}{
		{"a/2.txt a/1.txt", "a/2.txt a/1.txt", ""},
		{"a", "a/1.txt a/2.txt a/invoice_[2].txt", "a: 1 folder in it not looked into\n"},
		{"a/", "a/1.txt a/2.txt a/invoice_[2].txt", "1 folder in it not looked into"},
		{"a/*", "a/1.txt a/2.txt a/deep/x.txt a/invoice_[2].txt", ""},
		{"*/1.*", "a/1.txt b/1.csv .git/1.txt", ""},
		{"a/.h*", "a/.hidden", ""},
		{"a/.hidden", "a/.hidden", ""},
		{"*/?.txt a/1.txt", "a/1.txt a/2.txt .git/1.txt a/1.txt", ""},
		{"a/invoice_[2].txt", "a/invoice_[2].txt", ""},
		{"gone.txt a/1.txt", "!gone.txt a/1.txt", "gone.txt: no such file or directory"},
		{"*.pdf b/1.csv", "!*.pdf b/1.csv", "*.pdf: no file matches this pattern"},
		{"a/[ b/1.csv", "!a/[ b/1.csv", "a/[: it is no file, and no pattern either: syntax error in pattern"},
		{"empty", "!empty", "empty: there are no files in this folder\n"},
		{"only", "!only", "only: there are no files in this folder, only 1 folder: name them, or type 'only/*'"},
	} {
		t.Run(c.args, func(t *testing.T) {
			args := strings.Fields(c.args)
			for i := range args {
				args[i] = strings.ReplaceAll(args[i], "_", " ")
			}
			code := w.run(append([]string{"validate", "--json"}, args...)...)
			var got []string
			for _, r := range reports(t, w.out.String()) {
				mark := ""
				if r["error"] != nil {
					mark = "!"
				}
				if (r["verdict"] == "") != (r["error"] != nil) {
					t.Errorf("verdict %v, error %v", r["verdict"], r["error"])
				}
				got = append(got, mark+strings.ReplaceAll(r["file"].(string), " ", "_"))
			}
			want := strings.Fields(c.files)
			slices.Sort(got)
			slices.Sort(want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got): %s", diff)
			}
			if failed := strings.Contains(c.files, "!"); (code == exitFailed) != failed {
				t.Errorf("exit %d: %s", code, &w.err)
			}
			said(t, w.err.String(), c.errs)
		})
	}
}

// What cannot be read is told once each, by a name that is nothing but a name; the others
// are checked. Nobody waits for a pipe or a device that merely lies there.
func TestValidateUnreadable(t *testing.T) {
	w := newWorld(t)
	w.write("in/good.txt", bill().String())
	if err := os.Symlink(os.DevNull, filepath.Join(w.dir, "in", "device.txt")); err != nil {
		t.Fatal(err)
	}
	const broken = "broken\nlodge: all is well \x1b[2J\u202e.txt"
	if err := os.Symlink(filepath.Join(w.dir, "nowhere"), filepath.Join(w.dir, "in", broken)); err != nil {
		t.Fatal(err)
	}
	t.Chdir(w.dir)
	out := w.must(exitFailed, "validate", "in")
	said(t, out, "in/good.txt: accept", "\n3 files: 1 accept, 2 not read\n")
	harmlessOutput(t, w.err.String())
	said(t, w.err.String(), "lodge: in/broken lodge: all is well [2J.txt: no such file or directory\n",
		"lodge: in/device.txt: it is no file but a pipe, a socket or a device\n")

	errs := 0
	for _, r := range reports(t, w.must(exitFailed, "validate", "--json", "in")) {
		if text, _ := r["error"].(string); text != "" {
			errs++
			harmlessOutput(t, text)
		}
	}
	if errs != 2 || len(filesIn(t, w.out.String())) != 3 {
		t.Errorf("%d errors: %s", errs, &w.out)
	}
	harmlessOutput(t, w.out.String())
	if !slices.Contains(filesIn(t, w.out.String()), filepath.Join("in", broken)) {
		t.Errorf("a program does not get the name as it is: %s", &w.out)
	}

	w.in = unreadableInput{}
	w.must(exitFailed, "validate", "-")
	said(t, w.err.String(), "lodge: -: ", "input/output error")
}

// unreadableInput is a standard input whose disk is broken.
type unreadableInput struct{}

func (unreadableInput) Read([]byte) (int, error) {
	return 0, &os.PathError{Op: "read", Path: "\x1b[2J", Err: syscall.EIO}
}

// The profile is that of the carrier, or of the account's carrier; what the carrier does
// not take is refused, as intake does it.
func TestValidateProfile(t *testing.T) {
	w := newWorld(t)
	w.carriers = []carriers.Carrier{
		w.carriers[0],
		{Name: "granite", Title: "Granite Life", Accepts: []ledes.Format{ledes.LEDES1998B}, Profile: ledes.Profile{Require: []string{"INVOICE_DESCRIPTION"}}},
		{Name: "dune", Title: "Dune Re", Accepts: []ledes.Format{ledes.LEDES98BI}},
	}
	w.write("blank.txt", bill().all("INVOICE_DESCRIPTION", "").String())
	w.write("bi.txt", bill98BI().String())
	t.Chdir(w.dir)
	said(t, w.must(exitDone, "validate", "blank.txt"), "blank.txt: accept")
	said(t, w.must(exitFailed, "validate", "--profile", "granite", "blank.txt"), "INVOICE_DESCRIPTION is blank")
	w.must(exitUsage, "validate", "--profile", "firm-granite", "blank.txt")
	said(t, w.err.String(), `there is no carrier "firm-granite"`, "and no account: there is no ", "lodge init")

	w.write("lodge.yaml", "watermark: 2026-11-01T00:00:00Z\nstage: test\naccounts:\n"+
		"  firm-granite: {carrier: granite, portal: \"https://127.0.0.1:9\"}\n  dune: {carrier: granite, portal: \"https://127.0.0.1:9\"}\n")
	said(t, w.must(exitFailed, "validate", "--profile", "firm-granite", "blank.txt"), "INVOICE_DESCRIPTION is blank")
	said(t, w.must(exitFailed, "validate", "--profile", "dune", "blank.txt"), "INVOICE_DESCRIPTION is blank") // the account, not the carrier
	said(t, w.must(exitFailed, "validate", "--profile", "granite", "bi.txt"),
		"bi.txt: reject, LEDES98BI", "Granite Life does not take; it takes [LEDES1998B]", "(format-not-accepted)", "Export it in a format that the carrier takes")
	list := reports(t, w.must(exitFailed, "validate", "--json", "--profile", "granite", "bi.txt", "blank.txt"))
	if list[0]["verdict"] != "reject" || len(list[0]["findings"].([]any)) != 1 {
		t.Errorf("%v", list[0])
	}
	w.must(exitUsage, "validate", "--profile", "nobody", "bi.txt")
	said(t, w.err.String(), `has no account "nobody", and there is no carrier "nobody": lodge carriers lists them`)
}

// What is forgiven is marked, and refused where nothing is forgiven.
func TestValidateStrict(t *testing.T) {
	w := newWorld(t)
	w.write("odd.txt", bill().head("ledes1998b").String())
	w.write("odd-matter.txt", bill().set(4, "LAW_FIRM_MATTER_ID", "M-8").String())
	t.Chdir(w.dir)
	said(t, w.must(exitDone, "validate", "odd.txt"), "odd.txt: warn", "forgiven: a strict reading refuses it (--strict)")
	out := w.must(exitFailed, "validate", "--strict", "odd.txt")
	said(t, out, "odd.txt: reject")
	out += w.must(exitDone, "validate", "--strict", "odd-matter.txt")
	if strings.Contains(out, "forgiven") {
		t.Errorf("it is forgiven:\n%s", out)
	}
}

// A larger file than Lodge files is checked if somebody says so.
func TestValidateLimit(t *testing.T) {
	w := newWorld(t)
	w.write("large.txt", many(60_000, 20_000)) // too many lines and invoices
	w.write("larger.txt", bill().set(3, narrative, "x").String()+strings.Repeat(" \n", 11<<20))
	t.Chdir(w.dir)
	said(t, w.must(exitFailed, "validate", "large.txt"), "(too-many-lines)", "(too-many-invoices)", "to do: Split it into several files; --limit 500MB checks it")
	said(t, w.must(exitFailed, "validate", "larger.txt"), "(file-too-large)")
	said(t, w.must(exitDone, "validate", "--limit", "40MB", "large.txt"), "large.txt: accept")
	said(t, w.must(exitFailed, "validate", "--limit", "21 MB", "larger.txt"), "(file-too-large)")
	said(t, w.must(exitDone, "validate", "--limit", "1g", "larger.txt"), "larger.txt: warn", "(blank-line)")
	said(t, w.must(exitFailed, "validate", "--limit", "1000", "large.txt"), "larger than 1000 bytes")
}

func TestFileSize(t *testing.T) {
	for text, want := range map[string]fileSize{
		"1": 1, "500b": 500, "5K": 5 << 10, "5 kb": 5 << 10, "20MB": ledes.MaxSize, "20MiB": ledes.MaxSize, " 2GB ": 2 << 30, "3T": 3 << 40, "2047TB": 2047 << 40,
		"": 0, "0": 0, "-1": 0, "MB": 0, "1.5GB": 0, "1GM": 0, "1e9": 0, "2048TB": 0, "9223372036854775807": 0, "99999999999999999999": 0, "8589934592G": 0,
	} {
		var s fileSize
		if err := s.Set(text); (err == nil) != (want > 0) || s != want {
			t.Errorf("%q: %d, %v; want %d", text, s, err, want)
		}
	}
}

// A bar is shown where reading takes long and somebody looks, and is gone before anything
// else is written.
func TestValidateGauge(t *testing.T) {
	w := newWorld(t)
	w.write("large.txt", many(2_000, 1))
	t.Chdir(w.dir)
	w.clock = &hasty{}
	w.must(exitDone, "validate", "large.txt")
	if w.err.Len() > 0 {
		t.Errorf("there is no terminal: %q", &w.err)
	}
	w.errColumns = 80
	w.must(exitDone, "validate", "--json", "large.txt", "large.txt")
	shown := w.err.String()
	said(t, shown, "checking  ", "%")
	if end := regexp.MustCompile(`\x1b\[2K\r?\n?$`); !end.MatchString(shown) {
		t.Errorf("the bar is left: %q", shown[max(0, len(shown)-60):])
	}
	w.app.out = &w.err // the same terminal
	w.must(exitDone, "validate", "--json", "large.txt", "large.txt", "large.txt")
	before := strings.Split(w.err.String(), `{"file"`)
	for _, text := range before[:len(before)-1] {
		if !strings.HasSuffix(text, "\n") && !strings.HasSuffix(text, "\x1b[2K\r") {
			t.Errorf("a report comes behind the bar: %q", text[max(0, len(text)-40):])
		}
	}
	if len(before) != 4 {
		t.Errorf("%d reports", len(before)-1)
	}
	w.app.out, w.clock = &w.out, standing{}
	w.must(exitDone, "validate", "large.txt")
	if w.err.Len() > 0 {
		t.Errorf("it did not take long: %q", &w.err)
	}
}

// hasty is a clock on which every look takes a second.
type hasty struct {
	clock.System
	looks int
}

func (h *hasty) Now() time.Time {
	h.looks++
	return noon.Add(time.Duration(h.looks) * time.Second)
}

// What a terminal would obey is escaped, and means the same to a program.
func TestJSONIsHarmless(t *testing.T) {
	for _, text := range []string{"\x1b[2J", "a\u009bb", "\u202egpj.exe", "\x7f", "tag\U000E0041", "\u2028", "plain & <b>", "\u00e9\u4e2d", "a\nb", `\u0041`, "\ufeff"} {
		var out strings.Builder
		if err := writeLines(&out, []string{text, text}); err != nil {
			t.Fatal(err)
		}
		harmlessOutput(t, out.String())
		lines := strings.Split(out.String(), "\n")
		var back string
		if err := json.Unmarshal([]byte(lines[0]), &back); err != nil || back != text || len(lines) != 3 || lines[0] != lines[1] {
			t.Errorf("%q became %q, %v: %q", text, back, err, out.String())
		}
	}
	var out strings.Builder
	if err := writeLines(&out, []string{"plain & <b>\u00e9"}); err != nil || out.String() != "\"plain & <b>\u00e9\"\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
}

// What lodge.yaml demands of an account's invoices is demanded wherever files are read:
// when they are checked by hand, and when a run takes them in.
func TestAccountsDemands(t *testing.T) {
	w := newWorld(t)
	w.clock = systemClock()
	w.settings("browser: {allow_unsandboxed: true, path: /bin/true}\n") // nothing is fit to be filed
	settings, err := os.ReadFile(filepath.Join(w.dir, "lodge.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	w.write("lodge.yaml", strings.Replace(string(settings), `:9"}`, `:9", ledes: {max_length: {CLIENT_ID: 1}}}`, 1))
	file := w.invoiceFile("INV-1.txt", "INV-1")
	w.must(exitDone, "validate", "--profile", "harbor", file)
	said(t, w.must(exitFailed, "validate", "--profile", "firm-harbor", file), "CLIENT_ID has", "1 are allowed")
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	w.write("inbox/firm-harbor/INV-1.txt", string(content))
	w.must(exitPerson, "run")
	said(t, w.must(exitPerson, "status"), "quarantined", "CLIENT_ID has")
}
