package carriertest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/harbor"
	"example.com/lodge/ledes"
)

// verdicts collects what the kit holds against a carrier.
type verdicts struct {
	*testing.T
	said []string
}

func (v *verdicts) Error(args ...any) { v.said = append(v.said, fmt.Sprint(args...)) }
func (v *verdicts) Errorf(format string, args ...any) {
	v.said = append(v.said, fmt.Sprintf(format, args...))
}
func (v *verdicts) Failed() bool { return false }

// sabotaged is a way to break a promise, and what the kit must say of it.
type sabotaged struct {
	scenario string
	rehearse bool
	carrier  func() carriers.Carrier
	says     string
}

// straight commits without asking anybody.
type straight struct{ carriers.Visit }

func (straight) Commit(ctx context.Context, do func(context.Context) error) error { return do(ctx) }

// boastful says that all went well, whatever the page says.
type boastful struct{ carriers.Site }

func (b boastful) Submit(ctx context.Context, inv carriers.Invoice) (carriers.Receipt, error) {
	_, _ = b.Site.Submit(ctx, inv)
	return carriers.Receipt{Number: "1", State: carriers.StateReceived}, nil
}

// blindfold finds nothing, ever.
type blindfold struct{ carriers.Site }

func (blindfold) Find(context.Context, carriers.Invoice) ([]carriers.Found, error) { return nil, nil }

// deaf goes on for a while when it is told to end.
type deaf struct{ carriers.Site }

func (deaf) Login(context.Context) error {
	<-time.NewTimer(2500 * time.Millisecond).C
	return carriers.Errorf(carriers.Unavailable, "slow")
}

func with(change func(carriers.Visit, carriers.Carrier) carriers.Site) func() carriers.Carrier {
	return func() carriers.Carrier {
		c := harbor.Carrier()
		honest := c
		c.Open = func(v carriers.Visit) carriers.Site { return change(v, honest) }
		return c
	}
}

// TestSabotage breaks the promises of a carrier one by one: the kit must see
// each. A kit that passes everything would be worse than none.
func TestSabotage(t *testing.T) {
	for name, s := range map[string]sabotaged{
		"commits outside Commit": {"accepted", false,
			with(func(v carriers.Visit, c carriers.Carrier) carriers.Site { return c.Open(straight{v}) }), "outside Commit"},
		"commits in a rehearsal": {"accepted", true,
			with(func(v carriers.Visit, c carriers.Carrier) carriers.Site { return c.Open(straight{v}) }), "sent the commit by itself"},
		"calls a refusal a success": {"rejected", false,
			with(func(v carriers.Visit, c carriers.Carrier) carriers.Site { return boastful{c.Open(v)} }), "expected rejected"},
		"does not look": {"found", false,
			with(func(v carriers.Visit, c carriers.Carrier) carriers.Site { return blindfold{c.Open(v)} }), "expected"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			recorded, err := readScenario(os.DirFS("../harbor/testdata"), s.scenario+".txtar")
			check(t, err)
			c := s.carrier()
			b := newBench(t, c, play(t, c, recorded))
			b.run(t.Context(), s.rehearse)
			v := &verdicts{T: t}
			if s.rehearse {
				b.checkHeld(v)
			} else {
				b.checkEnd(v)
			}
			b.checkCommits(v, map[bool]int{true: 0, false: 1}[s.rehearse])
			expect(t, v, s.says)
		})
	}
}

func TestDeafToItsEnd(t *testing.T) {
	t.Parallel()
	recorded, err := readScenario(os.DirFS("../harbor/testdata"), "accepted.txtar")
	check(t, err)
	c := with(func(v carriers.Visit, c carriers.Carrier) carriers.Site { return deaf{c.Open(v)} })()
	b := newBench(t, c, play(t, c, recorded))
	ctx, cancel := context.WithCancel(t.Context())
	b.cancelAtFirstPage(cancel)
	b.run(ctx, false)
	v := &verdicts{T: t}
	b.checkPrompt(v)
	expect(t, v, "after its context had ended")
}

func TestSecretsAreSearchedFor(t *testing.T) {
	t.Parallel()
	recorded, err := readScenario(os.DirFS("../harbor/testdata"), "accepted.txtar")
	check(t, err)
	c := harbor.Carrier()
	b := newBench(t, c, play(t, c, recorded))
	v := &verdicts{T: t}
	b.checkSecrets(v)
	if len(v.said) > 0 {
		t.Errorf("before anything was done: %q", v.said)
	}
	check(t, os.WriteFile(filepath.Join(b.dir, "evidence", "page.html"), []byte("<p>"+sentinel+"password</p>"), 0o600))
	_, _ = b.log.Write([]byte("user " + sentinel + "username"))
	b.checkSecrets(v)
	expect(t, v, `secret "password" is in /evidence/page.html`)
	expect(t, v, `secret "username" is in the log`)
}

func TestScenariosAreRequired(t *testing.T) {
	if got := missing([]string{"accepted.txtar", "down.txtar", "extra.txtar"}); len(got) != len(required)-2 {
		t.Errorf("missing are %q", got)
	}
}

// TestDeclarations spoils one field at a time.
func TestDeclarations(t *testing.T) {
	sound := harbor.Carrier()
	sound.Name = "carriertest" // that of this folder
	if got := declarationProblems(sound); len(got) > 0 {
		t.Fatalf("a sound declaration has problems: %q", got)
	}
	for says, spoil := range map[string]func(*carriers.Carrier){
		"not a package name":     func(c *carriers.Carrier) { c.Name = "Harbor Mutual" },
		"not that of its folder": func(c *carriers.Carrier) { c.Name = "granite" },
		"Title is empty":         func(c *carriers.Carrier) { c.Title = "" },
		"Owner is empty":         func(c *carriers.Carrier) { c.Owner = "" },
		"Accepts is empty":       func(c *carriers.Carrier) { c.Accepts = nil },
		"one without the other":  func(c *carriers.Carrier) { c.Accepts = append(c.Accepts[:1:1], ledes.Other) },
		"or Other has a Read": func(c *carriers.Carrier) {
			c.Other.Read = func([]byte) (ledes.Invoice, error) { return ledes.Invoice{}, nil }
		},
		`is not as ".pdf"`: func(c *carriers.Carrier) {
			c.Accepts = append(c.Accepts[:1:1], ledes.Other)
			c.Other = carriers.OtherFormat{Suffix: "../x", Read: func([]byte) (ledes.Invoice, error) { return ledes.Invoice{}, nil }}
		},
		"Open is nil":              func(c *carriers.Carrier) { c.Open = nil },
		"not an https address":     func(c *carriers.Carrier) { c.Portal = "http://portal.example" },
		"not a plain host":         func(c *carriers.Carrier) { c.Hosts = []string{"https://cdn.example/x"} },
		"declared twice":           func(c *carriers.Carrier) { c.Secrets = append(c.Secrets, c.Secrets[0]) },
		"where an operator gets":   func(c *carriers.Carrier) { c.Secrets = []carriers.Secret{{Key: "pin"}} },
		"everything would match":   func(c *carriers.Carrier) { c.Commits = []carriers.Request{{Method: "POST"}} },
		"does not begin with /":    func(c *carriers.Carrier) { c.Commits = []carriers.Request{{Path: "upload"}} },
		"everything would be harm": func(c *carriers.Carrier) { c.Harmless = []carriers.Request{{Method: "POST"}} },
		"not a time zone":          func(c *carriers.Carrier) { c.Hours.Zone = "Mars/Base" },
		"no group named invoice":   func(c *carriers.Carrier) { c.Mail = []carriers.MailSign{{Pattern: "received"}} },
		"mail pattern":             func(c *carriers.Carrier) { c.Mail = []carriers.MailSign{{Pattern: "("}} },
		"blind and trusts":         func(c *carriers.Carrier) { c.History = carriers.History{Blind: "none", TrustAbsence: true} },
		"Limits are negative":      func(c *carriers.Carrier) { c.Limits.Pace = -1 },
	} {
		c := sound
		spoil(&c)
		if got := strings.Join(declarationProblems(c), "; "); !strings.Contains(got, says) {
			t.Errorf("want %q among the problems, got %q", says, got)
		}
	}
}

func expect(t *testing.T, v *verdicts, says string) {
	t.Helper()
	for _, said := range v.said {
		if strings.Contains(said, says) {
			return
		}
	}
	t.Errorf("the kit does not see it: want %q, it says %q", says, v.said)
}
