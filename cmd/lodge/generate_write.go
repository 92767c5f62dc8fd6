package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"example.com/lodge/internal/durable"
	"example.com/lodge/ledes"
	"example.com/lodge/ledes/sample"
)

// generateFile writes all invoices as one file to standard output, and says how many line
// items they have. A file that lodge validate would refuse is not written.
func (a *app) generateFile(o generateOrder, options sample.Options, format ledes.Format) (lines int, err error) {
	tooMany := func(why string) error {
		return misused("%s in one file: %s. Ask for fewer, or name a folder with --dir", count(o.invoices, "invoice"), why)
	}
	var list []ledes.Invoice
	err = o.each(options, func(inv ledes.Invoice) error {
		if lines += len(inv.Lines); lines > ledes.MaxLines {
			return tooMany("their line items are too many")
		}
		list = append(list, inv)
		return nil
	})
	if err != nil {
		return 0, err
	}
	data, err := encoded(format, list...)
	if err != nil {
		return 0, err
	}
	report, err := ledes.Check(bytes.NewReader(data), ledes.Options{})
	if err != nil {
		return 0, err
	}
	if len(report.Findings) > 0 {
		return 0, tooMany(report.Findings[0].Message)
	}
	_, err = a.out.Write(data)
	return lines, err
}

// generateFiles writes a file for each invoice, and says how many line items they have. If
// one is there already it writes none.
func generateFiles(o generateOrder, options sample.Options, format ledes.Format) (lines int, err error) {
	if err := os.MkdirAll(o.dir, 0o700); err != nil {
		return 0, err
	}
	root, err := os.OpenRoot(o.dir)
	if err != nil {
		return 0, err
	}
	defer func() { _ = root.Close() }()
	err = o.each(options, func(inv ledes.Invoice) error { return absent(root, fileOf(inv)) })
	if err != nil {
		return 0, err
	}
	err = o.each(options, func(inv ledes.Invoice) error { // the same ones again
		lines += len(inv.Lines)
		return create(root, format, inv)
	})
	return lines, err
}

// each makes the invoices one by one.
func (o generateOrder) each(options sample.Options, do func(ledes.Invoice) error) error {
	g, err := sample.New(o.seed, options)
	if err != nil {
		return err
	}
	for range o.invoices {
		if err := do(g.Next()); err != nil {
			return err
		}
	}
	return nil
}

func fileOf(inv ledes.Invoice) string { return inv.Number + ".txt" }

// create writes an invoice's file, unless somebody else has written one meanwhile.
func create(root *os.Root, format ledes.Format, inv ledes.Invoice) error {
	data, err := encoded(format, inv)
	if err != nil {
		return err
	}
	return durable.Create(root, fileOf(inv), data)
}

// absent is an error if there is something of that name.
func absent(root *os.Root, name string) error {
	_, err := root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("%s is there already, and nothing was written: name another --dir, --seed or --month", filepath.Join(root.Name(), name))
}

// encoded are invoices as a file.
func encoded(format ledes.Format, invoices ...ledes.Invoice) ([]byte, error) {
	var b bytes.Buffer
	_, err := ledes.Encoder{Format: format}.Write(&b, invoices...)
	return b.Bytes(), err
}
