package secret

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Layers is a store over others: the first that has a secret wins, the last is
// the one that Set writes to. The usual order is the environment, then the file.
type Layers []Store

// Get implements [Store]. Any error but a missing secret ends the search: a
// damaged layer must not let another answer in its place.
func (l Layers) Get(ctx context.Context, account, key string) (Value, error) {
	missing := &MissingError{Account: account, Key: key}
	for _, s := range l {
		v, err := s.Get(ctx, account, key)
		m, ok := errors.AsType[*MissingError](err)
		if !ok {
			return v, err
		}
		missing.Looked = append(missing.Looked, m.Looked...)
	}
	return Value{}, missing
}

// Set implements [Store]. It refuses what an earlier layer would hide.
func (l Layers) Set(ctx context.Context, account, key string, v Value) error {
	if len(l) == 0 {
		return errors.New("secret: there is no store")
	}
	last := len(l) - 1
	for _, s := range l[:last] {
		list, err := s.List(ctx)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(list, func(e Entry) bool { return e.Account == account && e.Key == key }); i >= 0 {
			return fmt.Errorf("secret: %q of account %s comes from the %s, which would win: the operator removes it there first",
				key, account, list[i].From)
		}
	}
	return l[last].Set(ctx, account, key, v)
}

// List implements [Store]. A secret that two layers hold is listed twice.
func (l Layers) List(ctx context.Context) ([]Entry, error) {
	var all []Entry
	for _, s := range l {
		list, err := s.List(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	slices.SortStableFunc(all, byName)
	return all, nil
}

// Version implements [Store]: it changes with the version of any layer.
func (l Layers) Version(ctx context.Context, account string) (string, error) {
	var parts []string
	for _, s := range l {
		v, err := s.Version(ctx, account)
		if err != nil {
			return "", err
		}
		parts = append(parts, v)
	}
	return digest(parts...), nil
}
