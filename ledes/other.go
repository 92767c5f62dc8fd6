package ledes

import "bytes"

// Other is the format of a file that is no LEDES, and that a carrier takes all the same
// because its website wants a format of its own. See [Carry].
const Other Format = "other"

// Carry is a File of content that is no LEDES: somebody who knows its format has read inv
// in it. It is never split, and a finding says that nothing of it was checked. What filing
// needs of any invoice is judged: its number, and the file's size. The invoice has no Lines.
func Carry(content []byte, inv Invoice, o Options) *File {
	kept := newKeeper()
	r := newReader(bytes.NewReader(nil), o, unseen{})
	r.layout.format = Other
	kept.part(content)
	kept.piece(content)
	at := place{invoice: 0, field: fields1998B[invoiceNumber].name, value: []byte(inv.Number)}
	if number := trim(at.value); len(number) == 0 || len(number) != len(inv.Number) {
		r.findings.add(CodeRequired, at, "a number without blanks around it", "the number that the carrier reads in it is %s", at.value)
	} else {
		r.checkNumber(at, number)
	}
	if int64(len(content)) > r.limits.Size {
		r.whole(CodeTooLarge, 0, "the file is larger than %d bytes", r.limits.Size)
	}
	r.whole(CodeNotChecked, 0, "this is no LEDES file, and is carried as it is: the carrier reads number %s and total %s in it; "+
		"nothing was checked", at.value, inv.Total)
	lines := len(inv.Lines)
	inv.Lines = nil
	f := &File{
		Format: Other, Invoices: []Invoice{inv}, Size: int64(len(content)), SHA: hexSum(kept.sha), Canon: kept.canon.sum(),
		summaries: []Summary{{inv.Number, inv.Total, lines}}, lines: make([][]span, 1),
	}
	f.Findings, f.owners = r.findings.sorted()
	if f.Verdict() != Rejected {
		f.raw = kept.raw
	}
	return f
}
