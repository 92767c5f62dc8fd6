package intake

import (
	"context"
	"errors"
	"fmt"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

// errBehind says that a file waits until another one is taken in.
var errBehind = errors.New("an earlier file of the same invoice could not be taken in and comes first")

// An ordered taker takes in files of which nothing but their order says which is
// newer.
type ordered struct {
	Taker
	stuck map[submission.Key]string // invoices of files that could not be registered, with the file
}

// take is [Taker.Take], unless a file before it has one of its invoices and could
// not be registered: the later of two files would become the earlier revision, and
// what is out of date would be filed.
func (o ordered) take(ctx context.Context, f File, read *ledes.File) (Result, error) {
	findings, unfit := Judge(o.Accounts[f.Account], read)
	if unfit != "" {
		return o.quarantine(ctx, f, read, findings, unfit)
	}
	var result Result
	err := o.behind(f, read)
	if err == nil {
		result, err = o.registerAll(ctx, f, read, findings)
	}
	if err != nil {
		for _, inv := range read.Invoices {
			o.stuck[f.key(inv)] = f.Name
		}
	}
	return result, err
}

// behind is nil if nothing before f is missing.
func (o ordered) behind(f File, read *ledes.File) error {
	for _, inv := range read.Invoices {
		if first, ok := o.stuck[f.key(inv)]; ok {
			return fmt.Errorf("invoice %s is in %s too: %w", inv.Number, first, errBehind)
		}
	}
	return nil
}

// acts says who acts on what kept a file from being registered.
func acts(err error) carriers.Person {
	if errors.Is(err, errBehind) {
		return carriers.Nobody // who acts is told of the file before it
	}
	return carriers.Operator
}
