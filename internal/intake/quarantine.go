package intake

import (
	"context"
	"fmt"
	"slices"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

// CodeNotAccepted is the code of the finding that the carrier does not take the
// file's format; all other codes are those of package ledes.
const CodeNotAccepted = "format-not-accepted"

// Judge is what there is to say of a file that is meant for the carrier, and why it
// is not fit to be filed there: "" if it is.
func Judge(carrier carriers.Carrier, read *ledes.File) (findings []ledes.Finding, unfit string) {
	findings = read.Findings
	if unwanted, found := Unwanted(carrier, read.Format); found && read.Verdict() != ledes.Rejected {
		findings = append([]ledes.Finding{unwanted}, findings...)
	}
	first := slices.IndexFunc(findings, func(x ledes.Finding) bool { return x.Severity == ledes.Reject })
	if first < 0 {
		return findings, ""
	}
	return findings, where(findings[first]) + findings[first].Message
}

// Unwanted is the finding for a format that the carrier does not take; false if it does.
func Unwanted(carrier carriers.Carrier, format ledes.Format) (ledes.Finding, bool) {
	if slices.Contains(carrier.Accepts, format) {
		return ledes.Finding{}, false
	}
	return ledes.Finding{
		Severity: ledes.Reject, Code: CodeNotAccepted, Line: 1,
		Message: fmt.Sprintf("the file is %s, which %s does not take; it takes %v", format, carrier.Title, carrier.Accepts),
	}, true
}

// quarantine registers the file as a whole, and why it is not fit to be filed.
func (t Taker) quarantine(ctx context.Context, f File, read *ledes.File, findings []ledes.Finding, unfit string) (Result, error) {
	object := f.object()
	object.SHA, object.Canon, object.Size = read.SHA, read.Canon, read.Size
	rev := submission.Revision{
		State:    submission.Quarantined,
		Object:   object,
		Format:   read.Format,
		Findings: findings,
		Why:      unfit,
		Needs:    carriers.Biller,
	}
	key := submission.Key{Account: f.Account, Object: f.Name}
	r, err := t.Ledger.Register(ctx, t.Accounts[f.Account].Name, key, rev, who)
	if err != nil {
		return Result{}, err
	}
	result := f.result(Quarantined)
	if r.Late {
		result.Status = Overtaken
		return result, nil
	}
	result.Verdict, result.Findings, result.Needs = ledes.Rejected, findings, carriers.Biller
	return result, nil
}

// where says on which line a finding is.
func where(x ledes.Finding) string {
	if x.Line == 0 {
		return ""
	}
	return fmt.Sprintf("line %d: ", x.Line)
}
