package ledes_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"example.com/lodge/ledes"
)

// large is a valid file with so many line items, each of about 230 bytes as in the files
// of law firms, in invoices of 40.
func large(items int) []byte {
	var b bytes.Buffer
	head, _, _ := strings.Cut(sound, "20260131")
	b.WriteString(strings.ReplaceAll(head, "\n", "\r\n"))
	for n := range items {
		fmt.Fprintf(&b, "20260131|A-%d|NORTHQUAY|2025-0417|%s|20260101|20260131|January 2026, Barlow v. Quayside Stores|%d|F|2.4|-20.00|964.00|"+
			"20260112|L210||A103|MKO|Draft answer to the amended complaint and confer with the client|74-2210934|410.00|Okafor, Miriam|PARTNR|NQ-CL-88213[]\r\n",
			n/40, "38560.00", n%40+1)
	}
	return b.Bytes()
}

// BenchmarkRecords cuts the same bytes into fields, as encoding/csv does it and as a
// Scanner does it. In MB/s.
func BenchmarkRecords(b *testing.B) {
	data := large(20_000)
	b.Run("by=encoding-csv", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			r := csv.NewReader(bytes.NewReader(data))
			r.Comma, r.LazyQuotes, r.ReuseRecord, r.FieldsPerRecord = '|', true, true, -1
			for {
				if _, err := r.Read(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("by=Scanner", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			s := ledes.NewScanner(bytes.NewReader(data), ledes.Limits{})
			for s.Scan() {
			}
			if s.Err() != nil {
				b.Fatal(s.Err())
			}
		}
	})
}

// BenchmarkCheck judges a file completely.
func BenchmarkCheck(b *testing.B) {
	data := large(20_000)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		report, err := ledes.Check(bytes.NewReader(data), ledes.Options{})
		if err != nil || report.Verdict != ledes.Accepted {
			b.Fatal(report.Findings, err)
		}
	}
}
