package evidence

import (
	"time"

	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

// Filed is what an intent tells of the file: enough to look the invoice up, and
// to know its file again, where the ledger has lost both.
type Filed struct {
	Object       submission.Object `json:"object"`
	Matter       string            `json:"matter,omitempty"`
	ClientMatter string            `json:"client_matter,omitempty"`
	Date         time.Time         `json:"date,omitzero"`
	Total        ledes.Amount      `json:"total"`
	Format       ledes.Format      `json:"format,omitempty"`
}

// FiledOf is what an intent tells of a revision's file.
func FiledOf(r submission.Revision) Filed {
	return Filed{r.Object, r.Matter, r.ClientMatter, r.Date, r.Total, r.Format}
}

// Version is the revision that the intent is about, without its fate.
func (i Intent) Version() submission.Revision {
	f := i.Filed
	f.Object.SHA, f.Object.Canon = i.SHA, i.Canon
	return submission.Revision{Number: i.Revision, Object: f.Object, Matter: f.Matter, ClientMatter: f.ClientMatter,
		Date: f.Date, Total: f.Total, Format: f.Format}
}
