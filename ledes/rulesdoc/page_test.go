package main

import (
	"strings"
	"testing"

	"example.com/lodge/ledes"
)

func TestPage(t *testing.T) {
	text := page([]ledes.Rule{{Code: "some-code", Severity: ledes.Warn, Means: "A | is inside", Mend: "Take it out", Source: "somebody", Certainty: ledes.Judged}})
	if !strings.HasSuffix(text, "|---|\n| `some-code` | warn | A \\| is inside | Take it out | somebody | judged |\n") {
		t.Errorf("%s", text)
	}
}
