// Package objects keeps bytes by name: copies of what is filed, evidence, status
// files. A [Store] is a folder on this machine ([Folder]) or a bucket in S3; package
// objectstest is what both must pass.
package objects

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"example.com/lodge/internal/durable"
)

// A Store keeps objects. A name is made of parts joined by "/" ([Check]); names are
// data, and whatever is in one the object lies in the store. No object's name is a
// folder of another's. Errors wrap [fs.ErrNotExist], [fs.ErrExist] and
// [fs.ErrInvalid] where they say so. A Store is safe for use by several goroutines
// and several processes.
type Store interface {
	// Create keeps data under a name that nothing has yet, else the error wraps
	// fs.ErrExist: of several at once one wins. When it has returned, a power cut
	// loses nothing of it; nobody ever sees half of it. An error other than
	// fs.ErrExist and fs.ErrInvalid leaves it open whether it is kept.
	Create(ctx context.Context, name string, data []byte) error
	// Put is Create in place of what may be there: whoever reads gets all of the
	// old or all of the new.
	Put(ctx context.Context, name string, data []byte) error
	// Open reads an object piece by piece, as it was when it was opened. One that
	// is not there is fs.ErrNotExist.
	Open(ctx context.Context, name string) (io.ReadCloser, error)
	// Stat tells of an object without reading it. One that is not there is
	// fs.ErrNotExist.
	Stat(ctx context.Context, name string) (Info, error)
	// List gives what lies below a folder, "" being the store itself, in the order
	// of names (of folders with their "/"): all of it, or with flat only what is
	// directly in it, of which folders are one entry each. A folder that is not
	// there is empty; one that is empty may be listed. An error ends the list.
	List(ctx context.Context, folder string, flat bool) iter.Seq2[Entry, error]
	// Remove removes an object, or nothing if it is not there.
	Remove(ctx context.Context, name string) error
	// Place says where an object lies, or the store for "", as people write it: a
	// path, or s3://BUCKET/KEY.
	Place(name string) string
}

// An Entry is one object, or folder, of a list.
type Entry struct {
	Name    string // whole, from the store on
	Folder  bool
	Strange bool // nothing that a store keeps: a link, a pipe, a key that is no name

	known Info
	disk  fs.DirEntry // on which it has yet to be looked at; nil: it is known
}

// Known is an entry of a store that tells all of an object at once.
func Known(name string, folder, strange bool, info Info) Entry {
	return Entry{Name: name, Folder: folder, Strange: strange, known: info}
}

// Info tells more. On a disk that is a look of its own at each.
func (e Entry) Info() (Info, error) {
	if e.disk == nil {
		return e.known, nil
	}
	i, err := e.disk.Info()
	if err != nil {
		return Info{}, err
	}
	if e.Folder {
		return Info{At: i.ModTime()}, nil
	}
	return Info{Size: i.Size(), At: i.ModTime()}, nil
}

// Info is what is known of an object without reading it.
type Info struct {
	Size int64     // in bytes; of a folder 0
	At   time.Time // when it was written; of a folder when something in it came or went, zero in a bucket
}

// A Hinter is a [Store] in which an object that may be lost costs less.
type Hinter interface {
	// Hint is Create of what a power cut may take away, or cut short.
	Hint(ctx context.Context, name string, data []byte) error
}

// Hint is [Store.Create] of what a power cut may take away or cut short, so that
// nobody waits for a disk.
func Hint(ctx context.Context, s Store, name string, data []byte) error {
	if h, ok := s.(Hinter); ok {
		return h.Hint(ctx, name, data)
	}
	return s.Create(ctx, name, data)
}

// A Sweeper is a [Store] in which killed writers leave something behind.
type Sweeper interface {
	// Sweep removes what they left directly in a folder, and says how many there
	// were. Somebody who writes there meanwhile may fail.
	Sweep(ctx context.Context, folder string) (int, error)
}

// Sweep removes what killed writers left unfinished directly in a folder.
func Sweep(ctx context.Context, s Store, folder string) (int, error) {
	if sweeper, ok := s.(Sweeper); ok {
		return sweeper.Sweep(ctx, folder)
	}
	return 0, nil
}

// Read reads a whole object of at most limit bytes.
func Read(ctx context.Context, s Store, name string, limit int64) ([]byte, error) {
	r, err := s.Open(ctx, name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("it has more than %d bytes", limit)
	}
	if err := errors.Join(err, r.Close()); err != nil {
		return nil, fmt.Errorf("%s: %w", s.Place(name), err)
	}
	return data, nil
}

// What a name may be, in bytes. File systems take parts of 255, of which a partial
// file needs some; S3 takes keys of 1,024, of which the rest is the bucket's prefix.
const (
	LongestName = 800
	LongestPart = 200
)

// Check says whether name can be an object's in any store: one or more parts joined
// by "/", of UTF-8 without control characters, none of them empty, "." or "..",
// none longer than [LongestPart], and not ending as unfinished files do
// ([durable.Partial]). The error wraps [fs.ErrInvalid].
func Check(name string) error {
	if why := wrong(name); why != "" {
		return fmt.Errorf("%.100q is no name for an object: %s: %w", name, why, fs.ErrInvalid)
	}
	return nil
}

// wrong is what Check has against a name; "" if nothing.
func wrong(name string) string {
	switch {
	case len(name) > LongestName:
		return fmt.Sprintf("it has more than %d bytes", LongestName)
	case !utf8.ValidString(name):
		return "it is not UTF-8"
	case strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || r == '\uFFFE' || r == '\uFFFF' }):
		return "it has a character that no text has"
	case strings.HasSuffix(name, durable.Partial):
		return "unfinished files are called so"
	}
	for part := range strings.SplitSeq(name, "/") {
		switch {
		case part == "":
			return "a part of it is empty"
		case part == "." || part == "..":
			return "a part of it means a folder"
		case len(part) > LongestPart:
			return fmt.Sprintf("a part of it has more than %d bytes", LongestPart)
		}
	}
	return ""
}
