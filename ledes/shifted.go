package ledes

import "bytes"

// shifted notes that a line has another number of fields than its format, and where that
// probably comes from: most often a | inside a text has made two fields of one.
func (r *reader) shifted(p physical, body []byte) {
	n := bytes.Count(body, []byte("|")) + 1
	cause, column := ": perhaps a column is missing, or there is one too many", -1
	switch {
	case n == 1 && bytes.Count(body, []byte("\t")) == len(r.columns)-1:
		cause = ": they are separated by tabs instead of |"
	case n > len(r.columns) && len(bytes.Trim(fieldAt(body, n-1), " ")) == 0:
		cause = ": there is a | before the [] at its end"
		column = n - 1
	case n > len(r.columns):
		column = r.broken(body)
		cause = "; perhaps there is a | inside " + r.columns[column].name
	}
	at := place{line: p.no, invoice: whole, text: p.text}
	if column >= 0 {
		at.from, at.value = startOf(p.text, column), fieldAt(body, column)
	}
	r.findings.add(CodeFieldCount, at, count(len(r.columns), "field"), "the line has %s; %s has %d%s",
		count(n, "field"), string(r.layout.format), len(r.columns), cause)
}

// broken is which text a | has probably broken: the first of the two narratives behind
// which the type of the line does not stand where it should.
func (r *reader) broken(body []byte) int {
	if kindIndex(trim(fieldAt(body, lineKind))) == 0 {
		return invoiceText
	}
	return lineText
}

// fieldAt is a field of a record.
func fieldAt(body []byte, column int) []byte {
	value := body[min(startOf(body, column), len(body)):]
	if i := bytes.IndexByte(value, '|'); i >= 0 {
		return value[:i]
	}
	return value
}
