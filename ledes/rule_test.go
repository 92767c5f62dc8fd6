package ledes_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"example.com/lodge/ledes"
)

// codes are the values of the constants that name codes.
func codes(t *testing.T) (list []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "code.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, value)
		}
		return true
	})
	return list
}

// Each code has one rule, which says all that there is to say.
func TestRules(t *testing.T) {
	all := codes(t)
	var ruled []string
	for _, r := range ledes.Rules() {
		if slices.Contains(ruled, r.Code) {
			t.Errorf("two rules have the code %s", r.Code)
		}
		ruled = append(ruled, r.Code)
		for what, text := range map[string]string{"means": r.Means, "mend": r.Mend, "source": r.Source} {
			if text == "" || strings.HasSuffix(text, ".") {
				t.Errorf("%s: %s is %q", r.Code, what, text)
			}
		}
		if !slices.Contains([]ledes.Certainty{ledes.Standard, ledes.Observed, ledes.Judged}, r.Certainty) {
			t.Errorf("%s: %q", r.Code, r.Certainty)
		}
		if got, ok := ledes.RuleOf(r.Code); !ok || got != r {
			t.Errorf("%s: %+v", r.Code, got)
		}
	}
	slices.Sort(all)
	slices.Sort(ruled)
	if !slices.Equal(all, ruled) {
		t.Errorf("codes %q, rules %q", all, ruled)
	}
	if _, ok := ledes.RuleOf("nothing"); ok {
		t.Error("a code that nobody has is ruled")
	}
}

// Each rule has a file that breaks it and nothing else, and where no profile says
// otherwise its severity is the rule's. Those that only very large files break have
// tests of their own.
func TestEachRuleHasACase(t *testing.T) {
	elsewhere := []string{ledes.CodeMore, ledes.CodeTooManyLines, ledes.CodeTooManyInvoices, ledes.CodeUnremembered}
	broken := map[string]bool{}
	for _, c := range slices.Concat(cases, cases98BI, xmlCases) {
		for _, want := range c.want {
			severity, rest, _ := strings.Cut(want, " ")
			code, _, _ := strings.Cut(rest, " ")
			rule, ok := ledes.RuleOf(code)
			if !ok {
				t.Errorf("%s: no rule has the code %s", c.name, code)
			}
			if asStandard := reflect.DeepEqual(c.profile, ledes.Profile{}); asStandard && string(rule.Severity) != severity {
				t.Errorf("%s: %s, and the rule is %s", c.name, want, rule.Severity)
			}
			broken[code] = broken[code] || len(c.want) == 1
		}
	}
	for _, r := range ledes.Rules() {
		if !broken[r.Code] && !slices.Contains(elsewhere, r.Code) {
			t.Errorf("no case breaks %s alone", r.Code)
		}
	}
}
