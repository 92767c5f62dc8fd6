package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"example.com/lodge/ledes"
)

func (a *app) validateCommand() *cobra.Command {
	var asJSON bool
	var carrier string
	cmd := &cobra.Command{
		Use:   "validate FILE...",
		Short: "Check LEDES files without filing them",
		Long: `Check LEDES files and tell what is wrong with them, by line and field. It needs
no settings and files nothing. "-" is standard input.

The verdict is accept, warn (may be filed; worth a look) or reject (would never
be filed). The exit code is 1 if a file is rejected or cannot be read.`,
		Example: `  lodge validate inbox/firm-harbor/*.txt
  lodge validate --carrier harbor invoice.txt
  lodge validate --json invoice.txt | jq '.findings[]'`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return misused("%s needs a file: type %s --help", cmd.CommandPath(), cmd.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, files []string) error { return a.validate(files, carrier, asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a file")
	cmd.Flags().StringVar(&carrier, "carrier", "", "check what this `carrier` demands, too")
	return cmd
}

func (a *app) validate(files []string, carrier string, asJSON bool) error {
	var profile ledes.Profile
	if carrier != "" {
		c, err := a.carrier(carrier)
		if err != nil {
			return err
		}
		profile = c.Profile
	}
	bad := false
	for _, name := range files {
		report, err := a.check(name, profile)
		if err != nil {
			a.tell(err)
			bad = true
			continue
		}
		bad = bad || report.Verdict == ledes.Rejected
		if asJSON {
			err = writeLines(a.out, []ledes.Report{report})
		} else {
			a.showReport(report)
		}
		if err != nil {
			return err
		}
	}
	if bad {
		return errFailed
	}
	return nil
}

func (a *app) check(name string, profile ledes.Profile) (ledes.Report, error) {
	r := a.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return ledes.Report{}, err
		}
		defer func() { _ = f.Close() }()
		r = f
	}
	f, err := ledes.Read(r, ledes.Options{Profile: profile})
	if err != nil {
		return ledes.Report{}, fmt.Errorf("%s: %w", name, err)
	}
	return f.Report(name), nil
}

// showReport writes the verdict on a file and its findings.
func (a *app) showReport(r ledes.Report) {
	line := fmt.Sprintf("%s: %s", printable(r.File), r.Verdict)
	if r.Format != "" {
		line += ", " + string(r.Format)
	}
	for i, inv := range r.Invoices {
		if i == 3 && len(r.Invoices) > 4 {
			line += fmt.Sprintf(", and %d more", len(r.Invoices)-i)
			break
		}
		line += fmt.Sprintf(", invoice %s: %s in %s", printable(inv.Number), inv.Total, count(inv.Lines, "line"))
	}
	_, _ = fmt.Fprintln(a.out, line)
	if len(r.Findings) == 0 {
		return
	}
	t := table{head: []string{"  LINE", "FIELD", "", "FINDING"}}
	for _, f := range r.Findings {
		at := "file"
		if f.Line > 0 {
			at = fmt.Sprint(f.Line)
		}
		t.add("", f.Field, string(f.Severity), f.Message+" ("+f.Code+")")
		t.rows[len(t.rows)-1][0] = fmt.Sprintf("%6s", at)
	}
	t.write(a.out, a.columns)
}
