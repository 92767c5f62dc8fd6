package ledes

// A Report is what a command prints about a file, as one JSON object. Nothing
// in it is null but an [Excerpt].
type Report struct {
	File     string    `json:"file"`   // the name that people know it by
	Format   Format    `json:"format"` // "" if it is none
	Verdict  Verdict   `json:"verdict"`
	Invoices []Summary `json:"invoices"` // not checked where the verdict is reject
	Findings []Finding `json:"findings"`
}

// A Summary is one invoice of a [Report].
type Summary struct {
	Number string `json:"number"`
	Total  Amount `json:"total"`
	Lines  int    `json:"lines"` // line items
}

func newReport(f Format, invoices []Summary, findings []Finding) Report {
	return Report{
		Format:   f,
		Verdict:  verdict(findings),
		Invoices: append([]Summary{}, invoices...),
		Findings: append([]Finding{}, findings...),
	}
}

// Report tells about f under the name that people know it by.
func (f *File) Report(name string) Report {
	report := newReport(f.Format, f.summaries, f.Findings)
	report.File = name
	return report
}
