package browser

import (
	"encoding/json"
	"regexp"
	"testing"

	"github.com/chromedp/cdproto/runtime"

	"example.com/lodge/carriers/page"
)

// TestPatternsMeanTheSame matches texts in Go and in a page.
func TestPatternsMeanTheSame(t *testing.T) {
	patterns := []string{
		`confirmation (\d+)`, `already received`, `rejected: .*`, `^\s*ok\s*$`, `a|bc|`, `(?:a|b)+?c`, `x{2,3}y{2,}z{1}`,
		page.Quote(`1.5 (a+b) [c] {d} ^$|\/-`), `[^a-c]+`, `[[:alpha:]]+\b`, `\Bx`, `(?P<invoice>INV-\d+)`, `\QA.B\E`, `(?-i)Abc`, `(?s).+`, `(?m)^b$`,
		`\p{Greek}+`, `ß|ü`, `€\s?\d`, `\x{1F600}`, `()`, `[^\x00-\x{10FFFF}]`, `\A\w+\z`, `k`, `[a-z]`,
	}
	texts := []string{
		"", "Confirmation 88213.", "ALREADY RECEIVED", "rejected: total wrong", " ok ", "abc", "aabbc", "xxyyyz", "1.5 (a+b) [c] {d} ^$|\\/-",
		"DEF 123", "axx", "inv-7", "a.b", "Abc", "a\nb", "αβγ", "Straße Ü", "€ 5", "\U0001F600", "K", "ſ",
	}
	b := startBrowser(t, Options{Exe: shell})
	tab := openTab(t, b)
	for _, pattern := range patterns {
		js, err := javaScript(pattern)
		if err != nil {
			t.Fatal(err)
		}
		want := make([][]string, len(texts))
		for i, text := range texts {
			want[i] = regexp.MustCompile("(?i)" + pattern).FindStringSubmatch(text)
		}
		got := matchInPage(t, tab, js, texts)
		for i := range texts {
			if !equalMatch(want[i], got[i]) {
				t.Errorf("%s (%s) in %q: %q in the page, %q here", pattern, js, texts[i], got[i], want[i])
			}
		}
	}
}

func equalMatch(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func matchInPage(t *testing.T, tab *Tab, js string, texts []string) (found [][]string) {
	t.Helper()
	args, err := json.Marshal([]any{js, texts})
	if err != nil {
		t.Fatal(err)
	}
	r, err := send(t.Context(), tab, runtime.Evaluate, runtime.EvaluateParams{
		Expression:    `(([js, texts]) => texts.map(s => { const m = new RegExp(js, 'u').exec(s); return m && [...m].map(g => g ?? '') }))(` + string(args) + `)`,
		ReturnByValue: new(true),
	})
	if err != nil {
		t.Fatal(err)
	}
	if r.ExceptionDetails != nil {
		t.Fatalf("%s: %s", js, r.ExceptionDetails.Exception.Description)
	}
	if err := json.Unmarshal(r.Result.Value, &found); err != nil {
		t.Fatal(err)
	}
	return found
}

func TestPatternRefused(t *testing.T) {
	if js, err := javaScript(`a(`); err == nil {
		t.Errorf("a( became %s", js)
	}
	if js, err := javaScript(""); js != "" || err != nil {
		t.Errorf("no pattern became %s, %v", js, err)
	}
}

// FuzzPattern looks for a pattern that Go takes and that cannot be written.
func FuzzPattern(f *testing.F) {
	f.Add(`^(a|b)+?[^c-é]{2,}\b.*$`)
	f.Fuzz(func(t *testing.T, pattern string) {
		js, err := javaScript(pattern)
		if _, goErr := regexp.Compile(pattern); goErr == nil && (err != nil || js == "" && pattern != "" && !regexp.MustCompile(`^(?:`+pattern+`)$`).MatchString("")) {
			t.Errorf("%q became %q, %v", pattern, js, err)
		}
	})
}
