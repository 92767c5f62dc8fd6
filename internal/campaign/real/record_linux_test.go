package real

import (
	"strings"
	"testing"

	"example.com/lodge/internal/campaign/tally"
)

// kindOf is the kind of breach that each rule of the oracle stands for.
func kindOf(rule string) tally.Kind {
	return map[string]tally.Kind{
		"duplicate": tally.Duplicate, "lost": tally.Lost, "false_rejected": tally.Lost, "false_accepted": tally.FalseAccepted,
		"evidence": tally.Evidence, "audit": tally.Evidence, "history": tally.History, "unexplained": tally.Asked, "calm": tally.Asked,
		"refusals": tally.Login, "foreign": tally.Foreign, "secret": tally.Secret, "left": tally.Left,
	}[rule]
}

// TestEveryRuleHasAKind: a rule without one would be broken and not counted.
func TestEveryRuleHasAKind(t *testing.T) {
	for _, r := range rules() {
		if kindOf(r.name) == "" {
			t.Errorf("rule %q is counted as nothing", r.name)
		}
	}
}

// record keeps what a test counted, to be joined with what others did.
func record(t *testing.T, name string, broken []string, counts map[string]int) {
	t.Helper()
	sum := tally.New()
	sum.Counts = counts
	for _, b := range broken {
		rule, what, _ := strings.Cut(b, ":")
		sum.Broke([]tally.Breach{{Kind: kindOf(rule), What: what}})
	}
	if err := sum.Keep("real-" + name); err != nil {
		t.Error(err)
	}
}
