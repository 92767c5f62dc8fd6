package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/intake"
	"example.com/lodge/ledes"
)

// A validation is the command line of lodge validate.
type validation struct {
	profile      string
	strict, json bool
	limit        fileSize
}

func (a *app) validateCommand() *cobra.Command {
	var v validation
	cmd := &cobra.Command{
		Use:   "validate FILE...",
		Short: "Check LEDES files without filing them",
		Long: `Check LEDES files and tell what is wrong with them: where, what stands there,
what should, and what to do about it. It files nothing and needs no settings.

FILE is a file, a folder, whose files are checked but for hidden ones and those of
folders in it, a pattern such as 'out/*.txt', or "-" for standard input.

The verdict on a file is accept, warn (may be filed; worth a look) or reject
(would never be filed). What is forgiven is not as the format has it, and is
commonly taken all the same: --strict refuses it. With --profile it is also
checked what a carrier demands beyond the standard, as Lodge does before it files.

With --json each file is one object on one line: file, format, verdict, invoices
(number, total, lines) and findings (severity, code, line, field, value, expected,
message and more). One that cannot be read has an error, and the verdict "".

The exit code is 0 if all files may be filed, 1 if one is rejected or cannot be
read, and 2 if the command line means nothing.`,
		Example: `  lodge validate invoice.txt
  lodge validate out/                             all files of a folder
  lodge validate --profile firm-harbor 'out/*.txt'
  lodge validate --json out/ | jq -r 'select(.verdict == "reject").file'`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return misused("%s needs a file or a folder: type %s --help", cmd.CommandPath(), cmd.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, names []string) error { return a.validate(names, v) },
	}
	cmd.Flags().BoolVar(&v.json, "json", false, "one JSON object a file")
	cmd.Flags().StringVar(&v.profile, "profile", "", "check for this account of lodge.yaml or this carrier, by its `name`")
	cmd.Flags().BoolVar(&v.strict, "strict", false, "refuse what is forgiven")
	cmd.Flags().Var(&v.limit, "limit", "check files up to this `size`, such as 2GB; Lodge files up to 20MB")
	return cmd
}

// A checked is what there is to say of one file: a report, or why it cannot be read.
type checked struct {
	ledes.Report
	Error string `json:"error,omitempty"`
}

// A validating is one run of lodge validate, and what it has found so far.
type validating struct {
	*app
	validation
	carrier  carriers.Carrier // for whom; zero: for nobody in particular
	gauge    *gauge
	verdicts map[ledes.Verdict]int
	rejected []string // files
	unread   int
	spaced   bool // a blank line was written last, or nothing
}

// validate checks what names stand for, and tells of each file as soon as it is known.
func (a *app) validate(names []string, v validation) error {
	carrier, err := a.profile(v.profile)
	if err != nil {
		return err
	}
	files := a.inputs(names)
	r := validating{app: a, validation: v, carrier: carrier, gauge: a.gauge(files), verdicts: map[ledes.Verdict]int{}, spaced: true}
	for _, file := range files {
		if err := r.judge(file); err != nil {
			return err
		}
	}
	if !v.json && len(files) > 1 {
		r.showVerdicts(len(files))
	}
	if r.unread > 0 || len(r.rejected) > 0 {
		return errFailed
	}
	return nil
}

// judge checks one file and tells of it. The error is that of telling.
func (v *validating) judge(file input) error {
	report, err := v.check(file)
	v.gauge.clear()
	v.tell(err)
	switch {
	case err != nil:
		v.unread++
		report.Invoices, report.Findings = []ledes.Summary{}, []ledes.Finding{}
	case report.Verdict == ledes.Rejected:
		v.rejected = append(v.rejected, file.name)
	}
	v.verdicts[report.Verdict]++
	switch {
	case v.json && err != nil:
		return writeLines(v.out, []checked{{report, printable(err.Error())}})
	case v.json:
		return writeLines(v.out, []checked{{Report: report}})
	case err == nil:
		v.showReport(report)
	}
	return nil
}

// profile is the carrier for whom files are checked: of an account of lodge.yaml, if
// there is one of that name, or of that name itself. It is the zero Carrier for no name.
func (a *app) profile(name string) (carriers.Carrier, error) {
	if name == "" {
		return carriers.Carrier{}, nil
	}
	c, unset := a.settings()
	if acc, err := c.Account(name); unset == nil && err == nil {
		carrier, err := a.carrier(acc.Carrier)
		return acc.Of(carrier), err
	}
	if carrier, ok := carriers.Named(a.carriers, name); ok {
		return carrier, nil
	}
	if unset != nil {
		return carriers.Carrier{}, misused("there is no carrier %q (lodge carriers lists them), and no account: %w", name, unset)
	}
	return carriers.Carrier{}, misused("%s has no account %q, and there is no carrier %q: lodge carriers lists them", c.Path, name, name)
}

// check reads one file. Where there is an error, the report has its name alone.
func (v *validating) check(file input) (ledes.Report, error) {
	report, err := v.read(file)
	if err != nil {
		return ledes.Report{File: file.name}, unreadable(file.name, err)
	}
	report.File = file.name
	if report.Verdict == ledes.Rejected || v.carrier.Name == "" {
		return report, nil
	}
	if unwanted, found := intake.Unwanted(v.carrier, report.Format); found {
		report.Findings = append([]ledes.Finding{unwanted}, report.Findings...)
		report.Verdict = ledes.Rejected
	}
	return report, nil
}

func (v *validating) read(file input) (ledes.Report, error) {
	in := v.in
	switch {
	case file.err != nil:
		return ledes.Report{}, file.err
	case file.name != stdin:
		f, err := os.Open(file.name)
		if err != nil {
			return ledes.Report{}, err
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	if v.carrier.Other.Read != nil { // which needs the file as a whole
		f, err := intake.Read(v.carrier, io.TeeReader(in, v.gauge))
		if err != nil {
			return ledes.Report{}, err
		}
		return f.Report(file.name), nil
	}
	o := intake.Reading(v.carrier)
	o.Strict, o.Limits = v.strict, ledes.LimitsFor(int64(v.limit))
	return ledes.Check(io.TeeReader(in, v.gauge), o)
}

// namedFiles is how many rejected files are named at the end.
const namedFiles = 50

// showVerdicts writes the last lines about several files.
func (v *validating) showVerdicts(files int) {
	var parts []string
	for _, verdict := range []ledes.Verdict{ledes.Accepted, ledes.Warned, ledes.Rejected} {
		if n := v.verdicts[verdict]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, verdict))
		}
	}
	if v.unread > 0 {
		parts = append(parts, fmt.Sprintf("%d not read", v.unread))
	}
	v.space()
	_, _ = fmt.Fprintf(v.out, "%s: %s\n", count(files, "file"), strings.Join(parts, ", "))
	if len(v.rejected) == 0 {
		return
	}
	text := strings.Join(v.rejected[:min(len(v.rejected), namedFiles)], ", ")
	if n := len(v.rejected) - namedFiles; n > 0 {
		text += fmt.Sprintf(" and %d more", n)
	}
	writeWrapped(v.out, "reject: ", text, v.columns)
}

// space writes a blank line, unless there is one already.
func (v *validating) space() {
	if !v.spaced {
		_, _ = fmt.Fprintln(v.out)
	}
	v.spaced = true
}
