// Package staged keeps the copies that are filed, one an invoice, each under the
// hash of its bytes: a copy can be checked by its name, and the same bytes are kept
// once. Nothing that a file was called is part of a name here.
package staged

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"

	"example.com/lodge/internal/objects"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

// folder is the first part of a copy's name.
const folder = "staged"

// Copies are in a store: the state folder of one machine, or the bucket. A copy's
// name there is [submission.Object.Path] in both, so that a ledger means the same
// wherever it is read.
type Copies struct{ objects.Store }

// ErrLost says that a copy is gone, or is not what was checked. Any other failure to
// read one is the store's, and may pass.
var ErrLost = errors.New("put the invoice's file into the inbox again")

// Keep keeps a part of a file and returns its name. When it has returned, a power
// cut loses nothing of it. A copy that was damaged is mended.
func (c Copies) Keep(ctx context.Context, part ledes.Part) (string, error) {
	if len(part.SHA) < 2 {
		return "", fmt.Errorf("a part without a hash: %w", fs.ErrInvalid)
	}
	name := folder + "/" + part.SHA[:2] + "/" + part.SHA + ".txt"
	err := c.Create(ctx, name, part.Bytes)
	if !errors.Is(err, fs.ErrExist) {
		return name, err
	}
	have, err := objects.Read(ctx, c.Store, name, int64(len(part.Bytes)))
	if err == nil && bytes.Equal(have, part.Bytes) {
		return name, nil
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	return name, c.Put(ctx, name, part.Bytes)
}

// Read reads the copy of an object, checked once more against its hash. The error
// says who acts; nothing that was not checked is ever returned.
func (c Copies) Read(ctx context.Context, o submission.Object) ([]byte, error) {
	data, err := objects.Read(ctx, c.Store, o.Path, ledes.MaxSize)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		return nil, fmt.Errorf("the staged file cannot be read: %w: nothing was sent; %w", err, ErrLost)
	}
	if err != nil {
		return nil, fmt.Errorf("the staged file cannot be read: %w: nothing was sent; the operator looks at what is wrong there", err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != o.SHA {
		return nil, fmt.Errorf("the staged file %s is not the one that was checked: nothing was sent; %w", o.Path, ErrLost)
	}
	return data, nil
}
