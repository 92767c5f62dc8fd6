package ledes

import "io"

// Read reads a file, judges it, and keeps its invoices. It reads r once, line by line,
// and never beyond the limits. What is wrong with the file is in its findings; the error
// is that of r.
//
// All lines are judged even after one of them has refused the file, unless its
// first two lines already tell that the rest would make no sense.
func Read(r io.Reader, o Options) (*File, error) {
	kept := newKeeper()
	rd := newReader(r, o, kept)
	rd.file = &File{}
	rd.refused = kept.drop
	if err := rd.read(); err != nil {
		return nil, err
	}
	f := rd.file
	f.Format, f.summaries, f.head = rd.layout.format, rd.summaries(), rd.head
	f.Findings, f.owners = rd.findings.sorted()
	f.Size, f.SHA, f.Canon = rd.lines.size, hexSum(kept.sha), kept.canon.sum()
	if f.Verdict() != Rejected {
		f.raw = kept.raw
	}
	return f, nil
}

// Check judges a file as [Read] does and keeps nothing of it but what it reports. Its
// memory is bounded by the limits, whatever the file's size. The error is that of r.
func Check(r io.Reader, o Options) (Report, error) {
	rd := newReader(r, o, unseen{})
	rd.refused = func() {}
	if err := rd.read(); err != nil {
		return Report{}, err
	}
	findings, _ := rd.findings.sorted()
	return newReport(rd.layout.format, rd.summaries(), findings), nil
}
