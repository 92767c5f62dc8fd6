package intake

import (
	"bytes"
	"io"
	"slices"
	"strconv"

	"github.com/sourcegraph/conc/panics"

	"example.com/lodge/carriers"
	"example.com/lodge/ledes"
)

// Reading is how files for a carrier are read. That it takes one invoice in a file is no
// reason against a file of several: it is split.
func Reading(c carriers.Carrier) ledes.Options {
	profile := c.Profile
	profile.SingleInvoice = false
	return ledes.Options{Profile: profile}
}

// Read reads a file for a carrier and judges it. One that is no LEDES is shown to the
// carrier, if it has a format of its own. The error is that of content.
func Read(c carriers.Carrier, content io.Reader) (*ledes.File, error) {
	if c.Other.Read == nil {
		return ledes.Read(content, Reading(c))
	}
	var raw bytes.Buffer
	read, err := ledes.Read(io.TeeReader(content, &raw), Reading(c))
	if err != nil || read.Format != "" || slices.ContainsFunc(read.Findings, unreadable) {
		return read, err
	}
	inv, err := other(c, raw.Bytes())
	if err != nil {
		read.Findings[0].Message += "; nor is it what " + c.Title + " takes: " + short(err)
		return read, nil
	}
	return ledes.Carry(raw.Bytes(), inv, Reading(c)), nil
}

// unreadable is a finding of a file in which nobody can read anything.
func unreadable(f ledes.Finding) bool {
	return f.Code == ledes.CodeEmpty || f.Code == ledes.CodeTooLarge
}

// other has the carrier read a file. Its code has no say over this program.
func other(c carriers.Carrier, content []byte) (inv ledes.Invoice, err error) {
	if caught := panics.Try(func() { inv, err = c.Other.Read(content) }); caught != nil {
		return ledes.Invoice{}, caught.AsError()
	}
	return inv, err
}

// short is what an error says, which may repeat what stands in a file.
func short(err error) string {
	text := []rune(err.Error())
	return strconv.QuoteToASCII(string(text[:min(len(text), 200)]))
}
