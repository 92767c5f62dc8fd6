// Package objects keeps bytes by name: copies of what is filed, evidence, status
// files. A [Store] is a folder on this machine or a bucket in S3; package
// objectstest is what both must pass.
package objects

import (
	"context"
	"io"
	"iter"
)

// A Store keeps objects. A name is made of parts joined by "/", without empty
// ones, "." or ".."; names are data, and whatever is in one the object lies in the
// store. Errors wrap [fs.ErrNotExist], [fs.ErrExist] and [fs.ErrInvalid] where they
// say so. A Store is safe for use by several goroutines and several processes.
type Store interface {
	// Create keeps data under a name that nothing has yet, else the error wraps
	// fs.ErrExist: of several at once one wins. When it has returned, a power cut
	// loses nothing of it; nobody ever sees half of it. An error other than
	// fs.ErrExist leaves it open whether it is kept.
	Create(ctx context.Context, name string, data []byte) error
	// Put is Create in place of what may be there: whoever reads gets all of the
	// old or all of the new.
	Put(ctx context.Context, name string, data []byte) error
	// Open reads an object piece by piece. One that is not there is
	// fs.ErrNotExist.
	Open(ctx context.Context, name string) (io.ReadCloser, error)
	// List gives what lies below a folder, "" being the store itself, in the order
	// of names: all of it, or with flat only what is directly in it, of which
	// folders are one entry each. A folder that is not there is empty.
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
	Size    int64  // in bytes; of a folder 0
	Folder  bool
	Strange bool // neither an object nor a folder: a link, a pipe; only a folder of this machine can hold one
}
