package page_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/page"
	"example.com/lodge/internal/secret"
)

// A script is a driver that writes down what it is asked, and answers as told.
type script struct {
	asked []string
	errs  map[string]error // by what is asked
	index int
	text  string
	rows  [][]string
}

func (s *script) ask(what string) error {
	s.asked = append(s.asked, what)
	return s.errs[what]
}

func (s *script) Goto(_ context.Context, url string) error { return s.ask("goto " + url) }

func (s *script) Act(_ context.Context, a page.Action) error {
	return s.ask(fmt.Sprintf("%s %s %s%s", a.Verb, a.On, secret.Reveal(a.Value), a.Path))
}

func (s *script) Await(_ context.Context, probes []page.Probe) (int, string, error) {
	return s.index, s.text, s.ask(fmt.Sprintf("await %v", probes))
}

func (s *script) Rows(_ context.Context, row string, columns []string) ([][]string, error) {
	return s.rows, s.ask(fmt.Sprintf("rows %s %v", row, columns))
}

func TestDoAsksInOrder(t *testing.T) {
	d := &script{}
	err := page.Do(page.WithDriver(t.Context(), d),
		page.Goto("https://portal.example/login"),
		page.Fill("#user", "billing"),
		page.Fill(page.Label("Password"), secret.NewValue("hunter2")),
		page.Choose(page.TestID("client"), "ACME"),
		page.Attach(page.WithText("LEDES file"), "/in/a.txt"),
		page.Click(page.Role("button", "Submit")),
		page.Click(page.Role("dialog", "")),
		page.See(page.Good(page.Has("#ok")), page.Good(page.At("/done"))),
	)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"goto https://portal.example/login",
		`fill "#user" billing`,
		`fill the field labelled "Password" hunter2`,
		`choose test id "client" ACME`,
		`attach the text "LEDES file" /in/a.txt`,
		`click the button "Submit" `,
		`click the dialog `,
		"await [#ok the path /done]",
	}
	if diff := cmp.Diff(want, d.asked); diff != "" {
		t.Error(diff)
	}
}

func TestDoStopsAtTheFirstError(t *testing.T) {
	d := &script{errs: map[string]error{`click "#a" `: &page.Miss{Reason: "nothing"}}}
	if err := page.Do(page.WithDriver(t.Context(), d), page.Click("#a"), page.Click("#b")); err == nil {
		t.Error("no error")
	}
	if len(d.asked) != 1 {
		t.Errorf("asked %v", d.asked)
	}
}

func TestKinds(t *testing.T) {
	over := errors.New("the lease is over")
	ended, cancel := context.WithCancelCause(t.Context())
	cancel(over)
	for _, c := range []struct {
		name string
		ctx  context.Context
		err  error
		kind carriers.Kind
		says string
	}{
		{"a miss", t.Context(), &page.Miss{Reason: `<div> covers <button>`}, carriers.SiteChanged, `could not click "#a": <div> covers <button>`},
		{"a wrapped miss", t.Context(), fmt.Errorf("x: %w", &page.Miss{Reason: "r"}), carriers.SiteChanged, "r"},
		{"a kind of its own", t.Context(), carriers.Errorf(carriers.Blocked, "robot"), carriers.Blocked, `click "#a"`},
		{"a kind of nobody's", t.Context(), carriers.Errorf(carriers.Unclassified, "no file"), carriers.Unclassified, "no file"},
		{"anything else", t.Context(), errors.New("net::ERR_FAILED"), carriers.Unavailable, "net::ERR_FAILED"},
		{"the end of the context", ended, &page.Miss{Reason: "r"}, carriers.Unclassified, "the lease is over"},
	} {
		d := &script{errs: map[string]error{`click "#a" `: c.err}}
		err := page.Do(page.WithDriver(c.ctx, d), page.Click("#a"))
		if carriers.KindOf(err) != c.kind || !strings.Contains(fmt.Sprint(err), c.says) {
			t.Errorf("%s: %q: %v", c.name, carriers.KindOf(err), err)
		}
		if c.ctx == ended && !errors.Is(err, over) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestSigns(t *testing.T) {
	signs := []page.Sign{page.Good(page.Has("#ok")), page.Bad(carriers.Credentials, page.Text(".alert", "wrong"))}
	for _, c := range []struct {
		name  string
		index int
		err   error
		kind  carriers.Kind
		said  string
		says  string
	}{
		{name: "good", index: 0},
		{name: "bad", index: 1, kind: carriers.Credentials, said: "the text", says: `the site says "the text"`},
		{name: "none", err: &page.Miss{Reason: "none"}, kind: carriers.SiteChanged, says: `could not see #ok or .alert with text "wrong": none`},
	} {
		d := &script{index: c.index, text: "the text", errs: map[string]error{`await [#ok .alert with text "wrong"]`: c.err}}
		ctx := page.WithDriver(t.Context(), d)
		index, text, awaited := page.AwaitWhich(ctx, signs...)
		_, plain := page.Await(ctx, signs...)
		seen := page.Do(ctx, page.See(signs...))
		for how, err := range map[string]error{"AwaitWhich": awaited, "Await": plain, "See": seen} {
			if carriers.KindOf(err) != c.kind || carriers.SaidIn(err) != c.said || !strings.Contains(fmt.Sprint(err), c.says) {
				t.Errorf("%s, by %s: %v", c.name, how, err)
			}
		}
		if c.err == nil && (index != c.index || text != "the text") {
			t.Errorf("%s: %d, %q", c.name, index, text)
		}
		if c.err != nil && index != -1 {
			t.Errorf("%s: index %d", c.name, index)
		}
	}
}

func TestRows(t *testing.T) {
	want := [][]string{{"INV-1", "1,200.00"}}
	ctx := page.WithDriver(t.Context(), &script{rows: want})
	rows, err := page.Rows(ctx, "tr", ".n", ".a")
	if diff := cmp.Diff(want, rows); err != nil || diff != "" {
		t.Error(err, diff)
	}
	ctx = page.WithDriver(t.Context(), &script{errs: map[string]error{"rows tr []": errors.New("gone")}})
	if _, err := page.Rows(ctx, "tr"); carriers.KindOf(err) != carriers.Unavailable {
		t.Error(err)
	}
}

func TestNoDriver(t *testing.T) {
	_, rows := page.Rows(t.Context(), "tr")
	_, await := page.Await(t.Context())
	for how, err := range map[string]error{"do": page.Do(t.Context()), "rows": rows, "await": await} {
		if err == nil {
			t.Errorf("%s: no error without a browser", how)
		}
	}
}

func TestNothingTellsASecret(t *testing.T) {
	step := page.Fill("#p", secret.NewValue("hunter2"))
	err := page.Do(page.WithDriver(t.Context(), &script{errs: map[string]error{`fill "#p" hunter2`: &page.Miss{Reason: "no"}}}), step)
	action := page.Action{Verb: page.VerbFill, Value: secret.NewValue("hunter2")}
	for _, text := range []string{step.String(), fmt.Sprint(err), fmt.Sprintf("%v %+v %#v", action, action, action)} {
		if strings.Contains(text, "hunter2") {
			t.Errorf("%s tells it", text)
		}
	}
}

func TestPatternThatIsNone(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	page.Text("p", "a(")
}

func TestQuote(t *testing.T) {
	if got, want := page.Quote("1.5 (a)"), `1\.5 \(a\)`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// Who groups errors is told what was asked in the code's words, without values.
func TestMissSaysWhatWasAsked(t *testing.T) {
	for name, c := range map[string]struct {
		key, on string
		step    page.Step
	}{
		"fill":   {`fill "#a" hunter2`, `fill "#a"`, page.Fill("#a", "hunter2")},
		"click":  {`click "#a" `, `click "#a"`, page.Click("#a")},
		"choose": {`choose "#a" CLM-1`, `choose in "#a"`, page.Choose("#a", "CLM-1")},
	} {
		miss := &page.Miss{Reason: "gone"}
		err := page.Do(page.WithDriver(t.Context(), &script{errs: map[string]error{c.key: miss}}), c.step)
		if got, ok := errors.AsType[*page.Miss](err); !ok || got.On != c.on {
			t.Errorf("%s: %+v of %v, want %q", name, got, err, c.on)
		}
	}
}
