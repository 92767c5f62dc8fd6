package secret_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"html/template"
	"io/fs"
	"log/slog"
	"mime/quotedprintable"
	"net/url"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"

	"example.com/lodge/internal/secret"
)

func scrubber(t testing.TB, values ...string) *secret.Scrubber {
	t.Helper()
	var vs []secret.Value
	for _, v := range values {
		vs = append(vs, secret.NewValue(v))
	}
	s, err := secret.NewScrubber(vs...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// encoders write a value as the libraries do through which it may reach a page,
// a log or a recording.
var encoders = map[string]func(string) string{
	"plain":          func(v string) string { return v },
	"query":          url.QueryEscape,
	"path":           url.PathEscape,
	"lower percent":  func(v string) string { return lowerEscapes(url.QueryEscape(v)) },
	"all percent":    func(v string) string { return eachByte(v, "%%%02x") },
	"html":           html.EscapeString,
	"template":       template.HTMLEscapeString,
	"html decimal":   func(v string) string { return eachRune(v, "&#%d;") },
	"html hex":       func(v string) string { return eachRune(v, "&#X%04X;") },
	"json":           jsonText,
	"json all":       jsonASCII,
	"js":             template.JSEscapeString,
	"hex":            func(v string) string { return hex.EncodeToString([]byte(v)) },
	"HEX":            func(v string) string { return strings.ToUpper(hex.EncodeToString([]byte(v))) },
	"base64":         func(v string) string { return base64.StdEncoding.EncodeToString([]byte(v)) },
	"base64 url":     func(v string) string { return base64.RawURLEncoding.EncodeToString([]byte(v)) },
	"json in html":   func(v string) string { return html.EscapeString(jsonText(v)) },
	"json in json":   func(v string) string { return jsonText(jsonText(v)) },
	"html in json":   func(v string) string { return jsonText(html.EscapeString(v)) },
	"query in html":  func(v string) string { return html.EscapeString(url.QueryEscape(v)) },
	"query twice":    func(v string) string { return url.QueryEscape(url.QueryEscape(v)) },
	"base64 in url":  func(v string) string { return url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(v))) },
	"quoted":         quoted,
	"quoted all":     func(v string) string { return eachByte(v, "=%02X") },
	"quoted, folded": func(v string) string { return folded(quoted(v)) },
	"base64 in html": func(v string) string { return template.HTMLEscapeString(base64.StdEncoding.EncodeToString([]byte(v))) },
}

// quoted is v in quoted-printable, with its line ends as they are.
func quoted(v string) string {
	var b strings.Builder
	w := quotedprintable.NewWriter(&b)
	w.Binary = true
	_, _ = w.Write([]byte(v))
	_ = w.Close()
	return b.String()
}

// folded has a soft line break before every third byte that begins no escape.
func folded(v string) string {
	var b strings.Builder
	for i := range len(v) {
		if i%3 == 2 && v[i] != '=' && v[i-1] != '=' && v[i-2] != '=' {
			b.WriteString("=\r\n")
		}
		b.WriteByte(v[i])
	}
	return b.String()
}

func eachByte(v, format string) string {
	var b strings.Builder
	for i := range len(v) {
		fmt.Fprintf(&b, format, v[i])
	}
	return b.String()
}

func eachRune(v, format string) string {
	var b strings.Builder
	for _, r := range v {
		fmt.Fprintf(&b, format, r)
	}
	return b.String()
}

func lowerEscapes(v string) string {
	out := []byte(v)
	for i := range out {
		if out[i] == '%' {
			copy(out[i:], bytes.ToLower(out[i:i+3]))
		}
	}
	return string(out)
}

func jsonText(v string) string {
	out, _ := json.Marshal(v)
	return string(out[1 : len(out)-1])
}

func jsonASCII(v string) string {
	var b strings.Builder
	for _, r := range v {
		if r > 0xffff {
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04X`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		} else {
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// awkward are values in which encodings differ most.
var awkward = []string{
	"hunter2!", "p4ss w+rd/=&?", `quo"te'\<b>&amp;`, "Grüße-ÿ€", "pass\U0001F511word", "100%25%", `\\\\\\\\`,
	"tab\tand\nnewline", "[secret]", "secret", "]x[abc[", "██████", "a%41&#65;\\u0041", "    ", "12345678", "%%%%", "aaaa",
}

func TestEveryFormOfEveryValueGoes(t *testing.T) {
	for _, v := range awkward {
		s := scrubber(t, v)
		for name, encode := range encoders {
			for _, around := range []struct{ left, right string }{{"", ""}, {"x", "y"}, {`<input value="`, `">`}, {"&", ";"}, {`\`, `\`}, {"%", "%"}, {v[:2], v[2:]}} {
				form := encode(v)
				got := s.ScrubString(around.left + form + around.right)
				if strings.Contains(got, form) || strings.Contains(got, v) {
					t.Errorf("%q as %s, between %q and %q: left %q", v, name, around.left, around.right, got)
				}
			}
		}
	}
}

func TestBase64AtEveryPlaceInItsGroups(t *testing.T) {
	for _, v := range awkward {
		s := scrubber(t, v)
		for before := range 7 {
			for after := range 4 {
				whole := strings.Repeat("\xa5", before) + v + strings.Repeat("\x5a", after)
				for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawURLEncoding} {
					text := enc.EncodeToString([]byte(whole))
					got := s.ScrubString(text)
					core := text[(before*8+5)/6 : (before+len(v))*8/6]
					if strings.Contains(got, core) {
						t.Errorf("%q after %d and before %d bytes: left %q of %q", v, before, after, got, text)
					}
					if len(got) > len(text)-len(core)+len("██████") {
						t.Errorf("%q: too little went: %q of %q", v, got, text)
					}
				}
			}
		}
	}
}

func TestOldEncodingGoes(t *testing.T) {
	s := scrubber(t, "Grüße")
	for _, text := range []string{"Gr\xfc\xdfe", "Gr%FC%DFe", "Gr&uuml;&szlig;e", "Gr&#252;&#xDF;e", `Gr\xfc\xdfe`} {
		if got := s.ScrubString(text); got != "[secret]" {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestOtherTextStays(t *testing.T) {
	s := scrubber(t, "hunter2!", "billing@firm.example")
	text := []byte("hunter2 &amp; hunter %2 \\u hunter2&#3 billing@firm  ~ hunter2%2")
	got := s.Scrub(text)
	if &got[0] != &text[0] || len(got) != len(text) {
		t.Errorf("became %q", got)
	}
	if got := s.ScrubString("a hunter2! b billing%40firm.example c"); got != "a [secret] b [secret] c" {
		t.Errorf("became %q", got)
	}
}

func TestOverlappingValuesLeaveNothing(t *testing.T) {
	s := scrubber(t, "abcdef", "defghi", "abcd")
	if got := s.ScrubString("1abcdefghi2abcd3"); got != "1[secret]2[secret]3" {
		t.Errorf("left %q", got)
	}
}

func TestShortValuesAreRefused(t *testing.T) {
	s := scrubber(t, "long enough")
	if err := s.Add(secret.NewValue("other value"), secret.NewValue("abc")); !errors.Is(err, secret.ErrShort) {
		t.Fatalf("Add: %v, want ErrShort", err)
	}
	if got := s.ScrubString("other value"); got != "other value" {
		t.Error("a refused Add added something")
	}
	if got := s.ScrubString("long enough"); got != "[secret]" {
		t.Error("a refused Add lost what was there")
	}
}

func TestManyEscapesEnd(t *testing.T) {
	for _, b := range []string{`\`, "=", "%", "&"} {
		s := scrubber(t, strings.Repeat(b, 40))
		text := strings.Repeat(b, 79) + "x" + strings.Repeat(b, 39)
		if got := s.ScrubString(text); strings.Contains(got, strings.Repeat(b, 40)) {
			t.Errorf("left %q", got)
		}
		s.ScrubString(strings.Repeat(b+"\r\n", 1000) + strings.Repeat(b+"3D", 1000)) // and ends
	}
}

func TestWriterAtEveryBoundary(t *testing.T) {
	s := scrubber(t, "hunter2!", "Grüße")
	text := "a hunter2! b hunter2%21 c aHVudGVyMiE= d Gr&uuml;&szlig;e e hunter2! hunter"
	want := s.ScrubString(text)
	for i := range len(text) {
		for j := i; j < len(text); j += 7 {
			var out bytes.Buffer
			w := s.Writer(&out)
			for _, part := range []string{text[:i], text[i:j], text[j:]} {
				if n, err := w.Write([]byte(part)); n != len(part) || err != nil {
					t.Fatal(n, err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if out.String() != want {
				t.Fatalf("cut at %d and %d: %q", i, j, out.String())
			}
		}
	}
}

func TestWriterPassesLinesOnAtOnce(t *testing.T) {
	var out bytes.Buffer
	w := scrubber(t, "hunter2!").Writer(&out)
	if _, err := w.Write([]byte("level=INFO msg=hunter2!\n")); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != "level=INFO msg=[secret]\n" {
		t.Errorf("passed on %q", got)
	}
}

func TestErrorKeepsItsMeaning(t *testing.T) {
	s := scrubber(t, "hunter2!")
	err := s.Error(fmt.Errorf("open hunter2%%21: %w", &fs.PathError{Op: "open", Path: "hunter2!", Err: fs.ErrNotExist}))
	if strings.Contains(fmt.Sprintf("%v %+v %s", err, err, err), "hunter2") {
		t.Errorf("the error says %v", err)
	}
	if !errors.Is(err, fs.ErrNotExist) || errors.Unwrap(err) != nil {
		t.Errorf("Is or Unwrap of %v", err)
	}
	if _, ok := errors.AsType[*fs.PathError](err); !ok {
		t.Error("As finds nothing")
	}
	if other := fs.ErrExist; s.Error(other) != other || s.Error(nil) != nil { //nolint:errorlint // that very error is asked for
		t.Error("an error without a value was changed")
	}
}

// findings is an error that cannot be compared with ==.
type findings []string

func (f findings) Error() string { return strings.Join(f, ", ") }

func TestLogsTakeErrorsOfAnyType(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(scrubber(t, "hunter2!").Handler(slog.NewTextHandler(&out, nil)))
	log.Info("x", "plain", findings{"a", "b"}, "telling", findings{"a", "hunter2!"})
	if got := out.String(); !strings.Contains(got, `plain="a, b" telling="a, [secret]"`) {
		t.Errorf("logged %s", got)
	}
}

type page struct{ URL, Body string }

type lazy struct{ text string }

func (l lazy) LogValue() slog.Value { return slog.StringValue(l.text) }

func TestLogsHoldNoValue(t *testing.T) {
	const v = `hunt"er2!`
	handlers := map[string]func(*bytes.Buffer) slog.Handler{
		"text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
		"json": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
	}
	for name, open := range handlers {
		var out bytes.Buffer
		log := slog.New(scrubber(t, v, "778899").Handler(open(&out)))
		log.With("with", v).WithGroup("g "+v).Error("said "+v, v, 1,
			"err", fmt.Errorf("type %s: %w", v, fs.ErrExist), "bytes", []byte(v), "page", page{"/?p=" + url.QueryEscape(v), v},
			"pointer", &page{Body: v}, "map", map[string]string{v: v}, "lazy", lazy{v}, "number", 778899, "value", secret.NewValue(v),
			slog.Group("inner", "k", v), "kept", page{"/", "body"})
		for _, form := range []string{"hunt", "er2!", "778899", "778,899"} {
			if strings.Contains(out.String(), form) {
				t.Errorf("%s: %q is in %s", name, form, out.String())
			}
		}
		if !strings.Contains(out.String(), "body") {
			t.Errorf("%s: a harmless value went too: %s", name, out.String())
		}
		if name == "json" && !strings.Contains(out.String(), `"inner":{"k":"[secret]"}`) {
			t.Errorf("the group lost its shape: %s", out.String())
		}
	}
}

func TestAddWhileScrubbing(t *testing.T) {
	s := scrubber(t, "hunter2!")
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 20 {
				if got := s.ScrubString("a hunter2! b"); got != "a [secret] b" {
					t.Errorf("got %q", got)
				}
			}
		})
		wg.Go(func() {
			code := fmt.Sprintf("code-%d", i)
			if err := s.Add(secret.NewValue(code)); err != nil {
				t.Error(err)
			}
			if got := s.ScrubString(code); got != "[secret]" {
				t.Errorf("got %q", got)
			}
		})
	}
	wg.Wait()
	if got := s.ScrubString("code-0code-1code-2code-3"); got != "[secret]" {
		t.Errorf("an Add was lost: %q", got)
	}
}

// canSay tells whether the encoder can write v at all: those of characters know
// no broken UTF-8, and numbers of control characters mean others in HTML.
func canSay(name, v string) bool {
	switch name {
	case "plain", "query", "path", "lower percent", "all percent", "hex", "HEX", "base64", "base64 url", "query twice", "base64 in url", "base64 in html", "query in html", "quoted", "quoted all", "quoted, folded":
		return true
	}
	return utf8.ValidString(v) && !strings.ContainsRune(v, utf8.RuneError) && !strings.ContainsFunc(v, unicode.IsControl)
}

func FuzzScrub(f *testing.F) {
	for i, v := range awkward {
		f.Add(v, awkward[(i+1)%len(awkward)], "left "+v[:1], v[1:]+" right", uint16(i))
	}
	f.Fuzz(func(t *testing.T, v, other, left, right string, cut uint16) {
		s, err := secret.NewScrubber(secret.NewValue(v), secret.NewValue(other))
		if err != nil || len(v) > 100 || len(other) > 100 {
			return // too short: refused by Add, which has its own test
		}
		for name, encode := range encoders {
			if !canSay(name, v) {
				continue
			}
			form := encode(v)
			text := left + form + right
			got := s.ScrubString(text)
			if strings.Contains(got, form) || strings.Contains(got, v) {
				t.Fatalf("%q as %s survives in %q", v, name, got)
			}
			if again := s.ScrubString(got); again != got {
				t.Fatalf("%q becomes %q, and that becomes %q", text, got, again)
			}
			var out bytes.Buffer
			w := s.Writer(&out)
			at := int(cut) % (len(text) + 1)
			_, _ = w.Write([]byte(text[:at]))
			_, _ = w.Write([]byte(text[at:]))
			_ = w.Close()
			if strings.Contains(out.String(), form) || strings.Contains(out.String(), v) {
				t.Fatalf("%q as %s survives a cut at %d in %q", v, name, at, out.String())
			}
		}
	})
}

func BenchmarkScrubPage(b *testing.B) {
	s := scrubber(b, "billing@firm.example", "correct horse battery", "JBSWY3DPEHPK3PXP")
	row := `<tr class="row"><td><a href="/invoices/%[1]d?from=list&amp;page=2">INV-%[1]d</a></td><td>$1,2%[1]d.50</td><td>R&amp;D \"x\" %%2F aGVsbG8gd29ybGQ=</td></tr>` + "\n"
	var page bytes.Buffer
	for i := 0; page.Len() < 2<<20; i++ {
		fmt.Fprintf(&page, row, i)
	}
	b.SetBytes(int64(page.Len()))
	for b.Loop() {
		s.Scrub(page.Bytes())
	}
}
