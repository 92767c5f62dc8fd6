package intake

import (
	"errors"
	"fmt"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

// errBehind says that a file waits until another one is taken in.
var errBehind = errors.New("an earlier file of the same invoice could not be taken in and comes first")

// key is that of the submission of an invoice.
func (f *file) key(inv ledes.Invoice) submission.Key {
	return submission.Key{Account: f.place.Account, LawFirmID: inv.LawFirmID, ClientID: inv.ClientID, Number: inv.Number}
}

// inOrder has take register what was read, unless a file before it in this scan
// has one of its invoices and could not be registered: the later of two files
// would become the earlier revision, and what is out of date would be filed.
func (f *file) inOrder(read *ledes.File, take func() (Result, error)) (Result, error) {
	var result Result
	var err error
	for _, inv := range read.Invoices {
		if first, ok := f.stuck[f.key(inv)]; ok {
			err = fmt.Errorf("invoice %s is in %s too: %w", inv.Number, first, errBehind)
			break
		}
	}
	if err == nil {
		result, err = take()
	}
	if err != nil {
		for _, inv := range read.Invoices {
			f.stuck[f.key(inv)] = f.place.File
		}
	}
	return result, err
}

// acts says who acts on what kept a file from being registered.
func acts(err error) carriers.Person {
	if errors.Is(err, errBehind) {
		return carriers.Nobody // who acts is told of the file before it
	}
	return carriers.Operator
}
