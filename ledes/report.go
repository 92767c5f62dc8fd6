package ledes

// A Report is what a command prints about a file, as one JSON object. Nothing
// in it is null.
type Report struct {
	File     string    `json:"file"`
	Format   Format    `json:"format"` // "" if it is none
	Verdict  Verdict   `json:"verdict"`
	Invoices []Summary `json:"invoices"` // not checked where the verdict is reject
	Findings []Finding `json:"findings"`
}

// A Summary is one invoice of a [Report].
type Summary struct {
	Number string `json:"number"`
	Total  Amount `json:"total"`
	Lines  int    `json:"lines"`
}

// Report tells about f under the name that people know it by.
func (f *File) Report(name string) Report {
	report := Report{
		File:     name,
		Format:   f.Format,
		Verdict:  f.Verdict(),
		Invoices: make([]Summary, 0, len(f.Invoices)),
		Findings: append([]Finding{}, f.Findings...),
	}
	for _, inv := range f.Invoices {
		report.Invoices = append(report.Invoices, Summary{inv.Number, inv.Total, len(inv.Lines)})
	}
	return report
}
