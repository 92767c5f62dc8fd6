// Package objectstest is what every [objects.Store] must do.
package objectstest

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/internal/objects"
)

// A Fresh makes an empty place for objects. What it returns opens the place, each
// time as another process would.
type Fresh func(t *testing.T) func() objects.Store

// Run holds a store against all that [objects.Store] promises.
func Run(t *testing.T, fresh Fresh) {
	t.Helper()
	for name, test := range map[string]func(*kit){
		"what is created stays":                created,
		"what is put replaces":                 replaced,
		"what is not there":                    missing,
		"what is removed":                      removed,
		"a hint":                               hinted,
		"names are data":                       named,
		"what is no name":                      unnamed,
		"of racing creators one wins":          raced,
		"nothing is half seen":                 halved,
		"what is replaced while it is read":    overtaken,
		"many make one folder at once":         crowded,
		"lists are in order":                   ordered,
		"lists of what changes":                changing,
		"nothing is done for who has given up": cancelled,
		"what is too large to read at once":    limited,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			open := fresh(t)
			test(&kit{T: t, s: open(), open: open})
		})
	}
}

// A kit is a store under test.
type kit struct {
	*testing.T
	s    objects.Store
	open func() objects.Store // as another process
}

func (k *kit) ok(err error) {
	k.Helper()
	if err != nil {
		k.Fatal(err)
	}
}

// is says that err wraps what it has to.
func (k *kit) is(err, want error, what string) {
	k.Helper()
	if !errors.Is(err, want) {
		k.Errorf("%s: %v, want %v", what, err, want)
	}
}

func (k *kit) create(name, data string) {
	k.Helper()
	k.ok(k.s.Create(k.Context(), name, []byte(data)))
}

func (k *kit) put(name, data string) {
	k.Helper()
	k.ok(k.s.Put(k.Context(), name, []byte(data)))
}

// holds says that another process reads data.
func (k *kit) holds(name, data string) {
	k.Helper()
	r, err := k.open().Open(k.Context(), name)
	k.ok(err)
	got, err := io.ReadAll(r)
	k.ok(errors.Join(err, r.Close()))
	if string(got) != data {
		k.Errorf("%q holds %.60q, want %.60q", name, got, data)
	}
}

// all are the names of a list, of folders with their "/".
func (k *kit) all(folder string, flat bool) []string {
	k.Helper()
	names := []string{}
	for e, err := range k.open().List(k.Context(), folder, flat) {
		k.ok(err)
		if e.Strange {
			k.Errorf("%q is strange", e.Name)
		}
		if e.Folder {
			e.Name += "/"
		}
		names = append(names, e.Name)
	}
	return names
}

func (k *kit) lists(folder string, flat bool, want ...string) {
	k.Helper()
	if diff := cmp.Diff(append([]string{}, want...), k.all(folder, flat)); diff != "" {
		k.Errorf("list of %q, flat %v: -want +got\n%s", folder, flat, diff)
	}
}

func created(k *kit) {
	k.create("a/b/c.txt", "first")
	k.create("a/b/empty", "")
	k.is(k.s.Create(k.Context(), "a/b/c.txt", []byte("second")), fs.ErrExist, "created twice")
	k.is(k.s.Create(k.Context(), "a/b/c.txt", []byte("first")), fs.ErrExist, "created twice, the same")
	k.is(k.open().Create(k.Context(), "a/b/empty", []byte("x")), fs.ErrExist, "created by another")
	k.holds("a/b/c.txt", "first")
	k.holds("a/b/empty", "")
	k.lists("", false, "a/b/c.txt", "a/b/empty")
	info, err := k.s.Stat(k.Context(), "a/b/c.txt")
	if err != nil || info.Size != 5 || info.At.IsZero() {
		k.Errorf("%+v, %v", info, err)
	}
}

func replaced(k *kit) {
	k.put("a/x", "one")
	k.holds("a/x", "one")
	k.put("a/x", "number two")
	k.holds("a/x", "number two")
	k.put("a/x", "")
	k.holds("a/x", "")
	k.is(k.s.Create(k.Context(), "a/x", nil), fs.ErrExist, "created where something was put")
	k.lists("", false, "a/x")
}

func missing(k *kit) {
	k.create("a/b", "x")
	for _, name := range []string{"nothing", "a/nothing", "a", "a/b/c", "no/folder/either", "a/B"} {
		if name == "a/B" && k.all("a", true)[0] != "a/b" {
			continue
		}
		_, err := k.s.Open(k.Context(), name)
		k.is(err, fs.ErrNotExist, "opened "+name)
		_, err = k.s.Stat(k.Context(), name)
		k.is(err, fs.ErrNotExist, "looked at "+name)
	}
	k.lists("nothing", false)
	k.lists("nothing/at/all", true)
	k.lists("a/b", true)
	k.lists("a/b/c", false)
}

func removed(k *kit) {
	k.create("a/b", "x")
	k.create("a/c", "y")
	for _, name := range []string{"a/nothing", "nothing", "a", "a/b/c", "a/b", "a/b"} {
		k.ok(k.s.Remove(k.Context(), name))
	}
	_, err := k.open().Open(k.Context(), "a/b")
	k.is(err, fs.ErrNotExist, "opened what was removed")
	k.holds("a/c", "y")
	k.lists("", false, "a/c")
	k.ok(k.s.Remove(k.Context(), "a/c"))
	k.lists("", false)
	k.create("a/b", "again")
	k.holds("a/b", "again")
}

func hinted(k *kit) {
	k.ok(objects.Hint(k.Context(), k.s, "new/mark", []byte("x")))
	k.is(objects.Hint(k.Context(), k.s, "new/mark", []byte("y")), fs.ErrExist, "hinted twice")
	k.is(k.s.Create(k.Context(), "new/mark", []byte("y")), fs.ErrExist, "created where a hint is")
	k.is(objects.Hint(k.Context(), k.s, "../mark", nil), fs.ErrInvalid, "a hint outside")
	k.holds("new/mark", "x")
}

// changing lists while something is removed, and stops in the middle.
func changing(k *kit) {
	names := []string{"a/1", "a/2", "a/3", "b/1"}
	for _, name := range names {
		k.create(name, "x")
	}
	for e, err := range k.s.List(k.Context(), "", false) {
		k.ok(err)
		k.ok(k.s.Remove(k.Context(), e.Name))
	}
	k.lists("", false)
	for _, name := range names {
		k.create(name, "x")
	}
	for range k.s.List(k.Context(), "", false) {
		break
	}
	seen := []string{}
	for e, err := range k.s.List(k.Context(), "a", true) {
		k.ok(err)
		info, err := e.Info()
		if err != nil || info.Size != 1 || info.At.IsZero() {
			k.Errorf("%s: %+v, %v", e.Name, info, err)
		}
		if seen = append(seen, e.Name); len(seen) == 2 {
			break
		}
	}
	if !slices.Equal(seen, names[:2]) {
		k.Errorf("%q", seen)
	}
}

func cancelled(k *kit) {
	k.create("a/b", "x")
	ctx, cancel := context.WithCancel(k.Context())
	cancel()
	_, openErr := k.s.Open(ctx, "a/b")
	_, statErr := k.s.Stat(ctx, "a/b")
	var listErr error
	for _, err := range k.s.List(ctx, "", false) {
		listErr = err
	}
	for what, err := range map[string]error{
		"Create": k.s.Create(ctx, "a/new", nil), "Put": k.s.Put(ctx, "a/b", nil), "Remove": k.s.Remove(ctx, "a/b"),
		"Open": openErr, "Stat": statErr, "List": listErr, "Hint": objects.Hint(ctx, k.s, "a/hint", nil),
	} {
		k.is(err, context.Canceled, what)
	}
	k.lists("", false, "a/b")
	k.holds("a/b", "x")
}

func limited(k *kit) {
	k.create("a", "12345")
	data, err := objects.Read(k.Context(), k.s, "a", 5)
	if err != nil || string(data) != "12345" {
		k.Errorf("%q, %v", data, err)
	}
	if _, err := objects.Read(k.Context(), k.s, "a", 4); err == nil {
		k.Error("read, and it is too large")
	}
	_, err = objects.Read(k.Context(), k.s, "b", 4)
	k.is(err, fs.ErrNotExist, "read what is not there")
}
