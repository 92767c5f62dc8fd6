// Rulesdoc writes the rules of package ledes as docs/ledes-findings.md.
//
//	go run ./ledes/rulesdoc docs/ledes-findings.md
package main

import (
	"fmt"
	"os"
	"strings"

	"example.com/lodge/ledes"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: rulesdoc FILE")
		os.Exit(2)
	}
	if err := os.WriteFile(os.Args[1], []byte(page(ledes.Rules())), 0o644); err != nil { //nolint:gosec // a page that everybody reads
		fmt.Fprintln(os.Stderr, "rulesdoc:", err)
		os.Exit(1)
	}
}

const top = `# What Lodge finds in LEDES files

Written by ` + "`go generate ./ledes`" + `: change the rules in ` + "`ledes/rule.go`" + `.

` + "`lodge validate FILE`" + ` prints these findings with line and field. A file with a *reject* is never sent; a *warn* is shown,
and the file may be sent. What is *forgiven* is not as the format has it, though it is commonly taken: ` + "`--strict`" + ` refuses it.
A carrier's profile (` + "`--profile`" + `) can make some findings stricter or milder. How sure each rule is:

- **standard**: the text of LEDES 1998B, as several published copies of it have it;
- **observed**: e-billing systems document it, or files in the wild show it;
- **judged**: nobody says so; it keeps invoices from being refused, as far as we see.

| code | severity | what it means | what to do | who says so | certainty |
|---|---|---|---|---|---|
`

// page is all of the document.
func page(rules []ledes.Rule) string {
	var b strings.Builder
	b.WriteString(top)
	cell := strings.NewReplacer("|", `\|`).Replace
	for _, r := range rules {
		severity := string(r.Severity)
		if r.Forgiven {
			severity += ", forgiven"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", r.Code, severity, cell(r.Means), cell(r.Mend), cell(r.Source), r.Certainty)
	}
	return b.String()
}
