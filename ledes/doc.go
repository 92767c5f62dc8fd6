// Package ledes reads, explains, checks, splits and writes LEDES files: the invoices
// that law firms send to insurers. It imports the standard library only.
//
// # Formats
//
//   - LEDES 1998B, 24 fields a line, and LEDES 98BI, 52 fields with taxes and a
//     currency, are read, checked and written.
//   - LEDES XML 2.0, 2.1 and 2.2 are read as far as filing needs it. What was not checked
//     is said in a finding.
//   - Whatever else is named for what it is: a PDF, a web page, text in UTF-16. Whoever can
//     read it may [Carry] it all the same.
//
// # Reading and checking
//
// [Check] judges a file of any size in bounded memory. [Read] does the same and keeps its
// invoices, which [File.Split] cuts into one file each without touching a byte of
// their lines. A [Scanner] only cuts lines into fields. What is wrong with a file is never
// an error: it is a list of findings with line, field, what stands there and what was
// expected, in plain words. Each has a code of [Rules], which tells what it means, what to
// do about it, who says so and how sure that is; docs/ledes-findings.md shows them.
//
// A [Profile] is what one carrier demands beyond the standard, or forgives. Reading is
// lenient unless [Options] say otherwise: it accepts what websites are known to take, and
// says what it forgave.
//
// # Writing
//
// [Invoice.Complete] computes what follows from the rest of an invoice, [Write] makes a
// file of LEDES 1998B, and an [Encoder] makes one of LEDES 98BI, or replaces what LEDES
// cannot hold and says so. Nothing is written that Read would refuse.
//
// # Numbers
//
// Amounts are decimals with four places and sums are exact: there are no floats here.
//
// # Sources
//
// The standard's text is not published any more where it was. The rules are those on which
// public copies and implementations agree: the table of LEDES 1998B as CaseFox prints it,
// the schema of Mitratech eCounsel, the list of errors of Thomson Reuters Legal Tracker,
// the guide of Lexitree; for LEDES 98BI also those of TOTVS Protheus and of ledestool; for
// LEDES XML the writer of Protheus and the pages of Mitratech on its versions.
// Where they differ, or are silent, the rule says what was chosen: its certainty is
// [Observed] or [Judged].
//
//go:generate go run ./rulesdoc ../docs/ledes-findings.md
package ledes
